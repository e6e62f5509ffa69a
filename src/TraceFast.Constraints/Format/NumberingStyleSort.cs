using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Format;

/// <summary>numbering_style{style}: the answer has numbered items, and all that stand within no other numbered item are numbered like this. Contradicted by another style.</summary>
public sealed class NumberingStyleSort : Sort
{
    private static readonly (string Style, MarkerStyle Marker, string English, string Chinese)[] Styles =
    [
        ("1.", MarkerStyle.Dot, "1., 2., 3.", "1.、2.、3."),
        ("1)", MarkerStyle.Parenthesis, "1), 2), 3)", "1)、2)、3)"),
        ("(1)", MarkerStyle.Enclosed, "(1), (2), (3)", "（1）、（2）、（3）"),
        ("①", MarkerStyle.Circled, "①, ②, ③", "①、②、③"),
        ("一、", MarkerStyle.Chinese, "一、二、三、", "一、二、三、"),
        ("A.", MarkerStyle.Letter, "A., B., C.", "A.、B.、C."),
        ("Step 1", MarkerStyle.Step, "Step 1, Step 2, Step 3", "第一步、第二步、第三步"),
    ];

    private static readonly string[] StyleNames = [.. Styles.Select(s => s.Style)];

    public override string Name => "numbering_style";

    public override Category Kind => Category.NumberingAndLists;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("style", ParameterType.Text, Values: StyleNames)];

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set([.. SortNames.Data, "quoted_whole", .. SortNames.LineForms, "nested_list", "no_digits", "separator", "reference_list"]);

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(
            "Number the points in the style {style:named}", "The items must be numbered {style:named} and so on", "Use {style:named} to number the list", "Label the list items as {style:named}", "Numbering should follow the pattern {style:named}",
            "Write a list whose items are numbered like {style:named}")
        .Chinese("编号采用“{style:named}”的形式", "各要点按“{style:named}”编号", "请用“{style:named}”的样式为列表编号", "列表序号格式为“{style:named}”", "序号须写成“{style:named}”", "使用形如“{style:named}”的编号");

    public override string? NameOf(string parameter, string value, Language language)
    {
        foreach ((string style, _, string english, string chinese) in Styles)
        {
            if (style == value)
                return language == Language.Chinese ? chinese : english;
        }

        return null;
    }

    public override Verdict Check(Constraint constraint, Response response)
    {
        string asked = constraint.Arguments.Text("style");
        MarkerStyle style = Styles[Array.IndexOf(StyleNames, asked)].Marker;
        IReadOnlyList<ListItem> items = response.Markdown.Items;
        int count = 0;
        foreach (ListItem item in items)
        {
            if (!item.IsNumbered || NumberedListSort.IsWithin(items, item, static parent => parent.IsNumbered))
                continue;
            count++;
            if (item.Marker.Style != style)
                return new(Outcome.Violated, $"an item is not numbered in the style {asked}", item.Line);
        }

        return Verdict.Of(count > 0, count > 0 ? $"all {count} items are numbered in the style {asked}" : "the answer has no numbered item");
    }

    public override Constraint Draw(SamplingContext context) => Make(Drawn.Other(context.Random, StyleNames, s => FitsLanguage(s, context.Language)));

    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        string style = constraint.Arguments.Text("style");
        return Make(Drawn.Other(context.Random, StyleNames, s => s != style && FitsLanguage(s, context.Language)));
    }

    private static bool FitsLanguage(string style, Language language) => language == Language.Chinese || style != "一、";

    private Constraint Make(string style) => new(this, Arguments.Of(("style", style)));
}
