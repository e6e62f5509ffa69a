using System.Globalization;
using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Types;

/// <summary>
/// Bulleted items that are within no other bulleted item; with a marker, there is at least one and every bullet is that character. It
/// conflicts with another number or another marker.
/// </summary>
public sealed record BulletedList(CountRange Range, string? Marker = null) : Constraint(Scope.Whole)
{
    private const int Low = 2, High = 6;

    private static readonly string[] s_markers = ["-", "*", "•", "+"];

    public static readonly ConstraintType Definition =
        new("bulleted_list", Category.NumberingAndLists, typeof(BulletedList), Sample) { Needs = ListItems.Needs | Aspects.ItemTotal,
        Marks = "-*" };

    public override Verdict Check(Response response)
    {
        foreach (ListItem item in response.Markdown.Items)
        {
            if (Marker is not null && !item.IsNumbered && item.Bullet != Marker[0])
                return new(Outcome.Violated, $"a bullet is {item.Bullet}, not {Marker}", item.Line);
        }

        int count = ListItems.CountOutermost(response, numbered: false);
        if (Marker is not null && count == 0)
            return new(Outcome.Violated, "the answer has no bulleted list");
        return Verdict.Of(Range.Contains(count), $"the answer has {count} bullet points; asked for {Range}");
    }

    public override bool Apply(Draft draft) => ListItems.Apply(draft, Range, list => list.TakeBullet(Marker));

    public override Constraint SampleConflicting(SamplingContext context)
    {
        bool byMarker = Marker is not null && (Range.IsEmpty || context.Random.Chance(0.5));
        return byMarker ? new BulletedList(Range, context.SampleOther(s_markers, m => m != Marker))
            : new BulletedList(Range.SampleDisjoint(context.Random, Low, High), Marker);
    }

    protected override string? Validate()
    {
        if (Marker is not null && (!ListMarker.TryRead(Marker + " x", out ListMarker found) || found.Style != MarkerStyle.Bullet))
            return $"\"{Marker}\" is not a bullet";
        return Marker is not null && Range.IsEmpty ? null : Range.Error();
    }

    private static BulletedList Sample(SamplingContext context)
    {
        string? marker = context.Random.Chance(0.4) ? context.Random.Pick(s_markers) : null;
        return new(marker is not null && context.Random.Chance(0.3) ? default : CountRange.Sample(context.Random, Low, High), marker);
    }
}

/// <summary>The deepest list item of the answer is at exactly this level; 1 is a list without any nesting.</summary>
public sealed record NestedList(int Depth) : Constraint(Scope.Whole)
{
    private const int Low = 1, High = 3;

    public static readonly ConstraintType Definition =
        new("nested_list", Category.NumberingAndLists, typeof(NestedList), Sample) { Owns = Aspects.ListDepth, Needs = ListItems.Needs,
        Marks = "-*" };

    public override Verdict Check(Response response)
    {
        int deepest = 0;
        TextSpan? where = null;
        foreach (ListItem item in response.Markdown.Items)
        {
            if (item.Depth > deepest)
                (deepest, where) = (item.Depth, item.Line);
        }

        return Verdict.Of(deepest == Depth, deepest == 0 ? "the answer has no list"
            : $"the list is {deepest} levels deep; asked for {Depth}", where);
    }

    public override bool Apply(Draft draft)
    {
        const int MaxDepth = 4;
        return Depth <= MaxDepth && draft.TakeList(list => (list.Depth = Depth) > 0)
            && draft.Limit(Unit.Items, Scope.Whole, CountRange.AtLeast(Depth));
    }

    public override Constraint SampleConflicting(SamplingContext context)
    {
        int other = context.Random.Between(Low, High - 1);
        return new NestedList(other >= Depth ? other + 1 : other);
    }

    protected override string? Validate() => Depth < 1 ? "a list is at least one level deep" : null;

    private static NestedList Sample(SamplingContext context) => new(context.Random.Between(Low, High));
}

/// <summary>The answer has numbered items, and all that are within no other numbered item are numbered like this.</summary>
public sealed record NumberingStyle(string Style) : Constraint(Scope.Whole)
{
    private static readonly Dictionary<string, MarkerStyle> s_styles = new()
    {
        ["1."] = MarkerStyle.Dot,
        ["1)"] = MarkerStyle.Parenthesis,
        ["(1)"] = MarkerStyle.Enclosed,
        ["①"] = MarkerStyle.Circled,
        ["一、"] = MarkerStyle.Chinese,
        ["A."] = MarkerStyle.Letter,
        ["Step 1"] = MarkerStyle.Step,
    };

    public static readonly ConstraintType Definition =
        new("numbering_style", Category.NumberingAndLists, typeof(NumberingStyle), Sample, ("style", [.. s_styles.Keys]))
    { Needs = ListItems.Needs | Aspects.Digits, Marks = "().、" };

    public override Verdict Check(Response response)
    {
        IReadOnlyList<ListItem> items = response.Markdown.Items;
        int count = 0;
        foreach (ListItem item in items)
        {
            if (!item.IsNumbered || ListItems.IsWithin(items, item, numbered: true))
                continue;
            count++;
            if (item.Marker.Style != s_styles[Style])
                return new(Outcome.Violated, $"an item is not numbered in the style {Style}", item.Line);
        }

        return Verdict.Of(count > 0, count > 0 ? $"all {count} items are numbered in the style {Style}"
            : "the answer has no numbered item");
    }

    public override bool Apply(Draft draft) => draft.TakeList(list => list.Number is null && list.TakeNumber(n => Mark(n, draft.Language)));

    /// <summary>The mark of an item, with the blank after it.</summary>
    private string Mark(int number, Language language)
    {
        IReadOnlyList<string> chinese = WordLists.Of(Language.Chinese, "numbers");
        string digits = number.ToString(CultureInfo.InvariantCulture);
        return s_styles[Style] switch
        {
            MarkerStyle.Parenthesis => digits + ") ",
            MarkerStyle.Enclosed => $"({digits}) ",
            MarkerStyle.Circled when number <= 20 => (char)('①' + number - 1) + " ",
            MarkerStyle.Chinese when number <= chinese.Count => chinese[number - 1] + "、",
            MarkerStyle.Letter => (char)('A' + (number - 1) % 26) + ". ",
            MarkerStyle.Step when language == Language.Chinese => $"第{(number <= chinese.Count ? chinese[number - 1] : digits)}步：",
            MarkerStyle.Step => $"Step {digits}: ",
            _ => digits + ". ",
        };
    }

    /// <summary>Another style.</summary>
    public override Constraint SampleConflicting(SamplingContext context) =>
        new NumberingStyle(context.SampleOther(s_styles.Keys, s => s != Style && FitsLanguage(s, context.Language)));

    private static NumberingStyle Sample(SamplingContext context) =>
        new(context.SampleOther(s_styles.Keys, s => FitsLanguage(s, context.Language)));

    private static bool FitsLanguage(string style, Language language) => language == Language.Chinese || style != "一、";
}

/// <summary>What types about lists share.</summary>
internal static class ListItems
{
    public const Aspects Needs =
        Aspects.Prose | Aspects.PlainParagraphs | Aspects.LineForm | Aspects.ListDepth | Aspects.Dividers | Aspects.Entries;

    /// <summary>A list with a number of items; none where there may be none.</summary>
    public static bool Apply(Draft draft, CountRange range, Func<ListStyle, bool>? set) =>
        range.Max == 0 || draft.TakeList(set) && draft.Limit(Unit.Items, Scope.Whole, range);

    /// <summary>Numbered or bulleted items that are within no other of their kind.</summary>
    public static int CountOutermost(Response response, bool numbered)
    {
        IReadOnlyList<ListItem> items = response.Markdown.Items;
        int count = 0;
        foreach (ListItem item in items)
            count += item.IsNumbered == numbered && !IsWithin(items, item, numbered) ? 1 : 0;
        return count;
    }

    /// <summary>
    /// Whether one of the items that hold an item is numbered, or bulleted; lists are a few levels deep, and no deeper than half the width
    /// of a line.
    /// </summary>
    public static bool IsWithin(IReadOnlyList<ListItem> items, ListItem item, bool numbered)
    {
        for (int parent = item.Parent; parent >= 0; parent = items[parent].Parent)
        {
            if (items[parent].IsNumbered == numbered)
                return true;
        }

        return false;
    }
}
