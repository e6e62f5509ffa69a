using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Format;

/// <summary>
/// section_headings{headings[]}: each of these is the heading of a section exactly once, in this order; others may stand between. A heading is one of Markdown's or a line in bold alone;
/// letter case, a number before it and a colon behind it do not matter. Contradicted by another order, or for a single heading by no heading.
/// </summary>
public sealed class SectionHeadingsSort : Sort
{
    public override string Name => "section_headings";

    public override Category Kind => Category.Hierarchy;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("headings", ParameterType.Texts)];

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set([.. SortNames.Data, "quoted_whole", "heading_depth", "heading_count", "separator", .. SortNames.LineForms, "markdown_process_background"]);

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(
            "Use the section {headings?heading:headings} {headings:list}{headings?:, in this order}", "Divide the answer into sections headed {headings:list}{headings?:, in this order}", "The answer must have these headings, in order: {headings:plain}",
            "Structure the text under the {headings?heading:headings} {headings:list}{headings?:, one after the other}", "Your response should be organised in sections titled {headings:list}{headings?:, in that order}", "Write one section for each of these headings, in the given order: {headings:plain}")
        .Chinese(
            "文章须依次包含{headings:list}等小标题", "请依次分为{headings:list}{headings?这个部分:几个部分}，并以此为标题", "按照以下标题及其顺序组织内容：{headings:plain}", "结构应依次包括{headings:list}部分，各部分加标题",
            "请依次使用{headings:list}作为各节标题", "各部分的标题依次为{headings:plain}");

    public override Verdict Check(Constraint constraint, Response response)
    {
        IReadOnlyList<string> headings = constraint.Arguments.Texts("headings");
        int next = 0;
        foreach (Line line in response.Structure)
        {
            if (!IsHeading(response, line, out ReadOnlySpan<char> text))
                continue;
            int which = IndexOf(headings, text);
            if (which < 0)
                continue;
            if (which != next)
                return new(Outcome.Violated, which < next ? $"the heading \"{headings[which]}\" stands twice or out of order" : $"the heading \"{headings[next]}\" does not stand before \"{headings[which]}\"", new TextSpan(line.Start, line.End - line.Start));
            next++;
        }

        return next == headings.Count ? new(Outcome.Obeyed, "the headings stand in order") : new(Outcome.Violated, $"the heading \"{headings[next]}\" is missing");
    }

    public override Constraint Draw(SamplingContext context) => Make(Drawn.Several(context.Random, Vocabulary.Headings(context.Language), 2, 4));

    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        IReadOnlyList<string> headings = constraint.Arguments.Texts("headings");
        return headings.Count > 1 ? Make(Drawn.Reordered(context.Random, headings)) : new(Sorts.Get("forbidden_punctuation"), Arguments.Of(("marks", new[] { Bare(headings[0]).ToString() })));
    }

    public override IEnumerable<string> MustContain(Constraint constraint) => constraint.Arguments.Texts("headings");

    protected override string? Refuse(Arguments arguments)
    {
        IReadOnlyList<string> headings = arguments.Texts("headings");
        if (headings.FirstOrDefault(h => Bare(h).IsEmpty) is { } empty)
            return $"\"{empty}\" has no word to head a section";
        return headings.Select(h => Bare(h).ToString()).Distinct(StringComparer.OrdinalIgnoreCase).Count() < headings.Count ? "a heading is given twice" : null;
    }

    private static bool IsHeading(Response response, Line line, out ReadOnlySpan<char> text)
    {
        text = response.Text.AsSpan(line.Content, line.End - line.Content);
        if (line.Kind == LineKind.Heading)
            return true;
        if (line.Kind == LineKind.Item && text.StartsWith("**"))
            return IsBold(text);
        return line.Kind == LineKind.Text && IsBold(text);
    }

    private static bool IsBold(ReadOnlySpan<char> text)
    {
        text = text.TrimEnd(":： ");
        return text.Length > 4 && text.StartsWith("**") && text.EndsWith("**") && text[2..^2].IndexOf("**") < 0;
    }

    private static int IndexOf(IReadOnlyList<string> headings, ReadOnlySpan<char> text)
    {
        text = Bare(text);
        for (int n = 0; n < headings.Count; n++)
        {
            if (Bare(headings[n]).Equals(text, StringComparison.OrdinalIgnoreCase))
                return n;
        }

        return -1;
    }

    /// <summary>Without emphasis, closing #, a number before and a colon behind it.</summary>
    private static ReadOnlySpan<char> Bare(ReadOnlySpan<char> heading)
    {
        heading = heading.Trim("*_#:： 【】《》");
        if (ListMarker.TryRead(heading, out ListMarker marker) && marker.Number > 0)
            heading = heading[marker.Length..];
        return heading.Trim("*_:： 【】《》");
    }

    private Constraint Make(IReadOnlyList<string> headings) => new(this, Arguments.Of(("headings", headings)));
}
