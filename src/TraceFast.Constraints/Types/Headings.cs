using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Types;

/// <summary>Markdown headings (#), of one level (1 to 6) or of any.</summary>
public sealed record HeadingCount(CountRange Range, int? Level = null) : Constraint(Scope.Whole)
{
    private const int Low = 1, High = 5;

    public static readonly ConstraintType Definition = new("heading_count", Category.Hierarchy, typeof(HeadingCount), Sample)
    { Owns = Aspects.Headings, Needs = Aspects.Prose | Aspects.PlainParagraphs | Aspects.Dividers | Aspects.MixedLines, Marks = "#" };

    public override Verdict Check(Response response)
    {
        int count = 0;
        foreach (Heading heading in response.Markdown.Headings)
            count += Level is null || heading.Level == Level ? 1 : 0;
        return Verdict.Of(Range.Contains(count),
            $"the answer has {count} headings{(Level is null ? "" : $" of level {Level}")}; asked for {Range}");
    }

    public override bool Apply(Draft draft)
    {
        int count = Range.SampleCount(draft.Random, 1, 2), levels = Math.Min(2, Math.Max(1, count));
        return count <= 20 && draft.TakeHeadings([.. Enumerable.Range(0, count)
            .Select(n => (Level ?? 2 + (n < levels ? n : draft.Random.Below(levels)), (string?)null))]);
    }

    /// <summary>Another number of the same headings.</summary>
    public override Constraint SampleConflicting(SamplingContext context) =>
        new HeadingCount(Range.SampleDisjoint(context.Random, Low, High), Level);

    protected override string? Validate() => Level is < 1 or > 6 ? $"level {Level}: headings have levels 1 to 6" : Range.Error();

    private static HeadingCount Sample(SamplingContext context)
    {
        CountRange range = CountRange.Sample(context.Random, Low, High);
        return new(range, context.Random.Chance(0.4) ? context.Random.Between(1, 3) : null);
    }
}

/// <summary>
/// Each of these is the heading of a section exactly once, in this order; others may be between. A heading is one of Markdown's or a line
/// in bold alone; letter case, a number before it and a colon after it do not matter. It conflicts with another order, or for a single
/// heading with no heading.
/// </summary>
public sealed record SectionHeadings(TextList Headings) : Constraint(Scope.Whole)
{
    public static readonly ConstraintType Definition = new("section_headings", Category.Hierarchy, typeof(SectionHeadings), Sample)
    { Owns = Aspects.Headings, Needs = Aspects.Prose | Aspects.PlainParagraphs | Aspects.Dividers | Aspects.LineForm, Marks = "#" };

    public override Verdict Check(Response response)
    {
        int next = 0;
        foreach (Line line in response.Structure)
        {
            if (!IsHeading(response, line, out ReadOnlySpan<char> text))
                continue;
            int which = IndexOf(text);
            if (which < 0)
                continue;
            if (which != next)
            {
                string reason = which < next ? $"the heading \"{Headings[which]}\" is there twice or out of order"
                    : $"the heading \"{Headings[next]}\" is not before \"{Headings[which]}\"";
                return new(Outcome.Violated, reason, new TextSpan(line.Start, line.End - line.Start));
            }

            next++;
        }

        return next == Headings.Count ? new(Outcome.Obeyed, "the headings are in order")
            : new(Outcome.Violated, $"the heading \"{Headings[next]}\" is missing");
    }

    public override bool Apply(Draft draft) => draft.TakeHeadings([.. Headings.Select(h => (2, (string?)h))]);

    public override Constraint SampleConflicting(SamplingContext context) =>
        Headings.Count > 1 ? new SectionHeadings(context.SampleReordered(Headings))
            : new ForbiddenPunctuation([Bare(Headings[0]).ToString()]);

    public override IEnumerable<string> RequiredTexts => Headings;

    protected override string? Validate()
    {
        if (Headings.FirstOrDefault(h => Bare(h).IsEmpty) is { } empty)
            return $"\"{empty}\" has no word to head a section";
        return Headings.Select(h => Bare(h).ToString()).Distinct(StringComparer.OrdinalIgnoreCase).Count() < Headings.Count
            ? "a heading is given twice" : null;
    }

    private static SectionHeadings Sample(SamplingContext context) => new(context.SampleSeveral("headings", 2, 4));

    private static bool IsHeading(Response response, Line line, out ReadOnlySpan<char> text)
    {
        text = response.Text.AsSpan(line.Content, line.End - line.Content);
        return line.Kind == LineKind.Heading || line.Kind is LineKind.Item or LineKind.Text && IsBold(text);
    }

    private static bool IsBold(ReadOnlySpan<char> text)
    {
        text = text.TrimEnd(":： ");
        return text.Length > 4 && text.StartsWith("**") && text.EndsWith("**") && text[2..^2].IndexOf("**") < 0;
    }

    private int IndexOf(ReadOnlySpan<char> text)
    {
        text = Bare(text);
        for (int n = 0; n < Headings.Count; n++)
        {
            if (Bare(Headings[n]).Equals(text, StringComparison.OrdinalIgnoreCase))
                return n;
        }

        return -1;
    }

    /// <summary>Without emphasis, closing #, a number before and a colon after it.</summary>
    private static ReadOnlySpan<char> Bare(ReadOnlySpan<char> heading)
    {
        heading = heading.Trim("*_#:： 【】《》");
        if (ListMarker.TryRead(heading, out ListMarker marker) && marker.Number > 0)
            heading = heading[marker.Length..];
        return heading.Trim("*_:： 【】《》");
    }
}
