using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Format;

/// <summary>postscript{marker}: the last paragraph starts with the marker, and text follows it. Contradicted by another marker.</summary>
public sealed class PostscriptSort : Sort
{
    private static readonly string[] English = ["P.S.", "P.P.S.", "PS:", "Postscript:"], Chinese = ["附言：", "又及：", "附：", "P.S."];

    public override string Name => "postscript";

    public override Category Kind => Category.Template;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("marker", ParameterType.Text)];

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set([.. SortNames.Data, .. SortNames.Wrappers, .. SortNames.LineForms, "ends_with", "reference_list", "sentence_end"]);

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(
            "At the end of your response, add a postscript starting with {marker:quoted}", "Finish with a postscript that begins with {marker:quoted}", "The last paragraph must be a postscript introduced by {marker:quoted}",
            "Add a postscript ({marker}) after the main text", "Close the answer with a {marker:quoted} note", "Put a postscript marked {marker:quoted} at the very end")
        .Chinese("在回答的最后加上以{marker:quoted}开头的附言", "结尾请附上一段附言，以{marker:quoted}开头", "最后一段须是以{marker:quoted}引出的附言", "文末加一段{marker:quoted}", "请在正文之后另起一段，写上{marker:quoted}", "全文最后要有用{marker:quoted}标出的附言");

    public override Verdict Check(Constraint constraint, Response response)
    {
        string marker = constraint.Arguments.Text("marker");
        if (response.SpansOf(Scope.LastParagraph) is not [var last])
            return new(Outcome.Violated, "the answer has no paragraph");
        ReadOnlySpan<char> text = response.Span(last).Trim("*_ ");
        if (!text.StartsWith(marker, StringComparison.OrdinalIgnoreCase))
            return new(Outcome.Violated, $"the last paragraph does not start with {marker}", last);
        return Verdict.Of(!text[marker.Length..].Trim("*_ :：\r\n").IsEmpty, $"the last paragraph starts with {marker}", last);
    }

    public override Constraint Draw(SamplingContext context) => Make(context.Random.Pick(MarkersOf(context.Language)));

    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        string marker = constraint.Arguments.Text("marker");
        return Make(Drawn.Other(context.Random, MarkersOf(context.Language), m => !m.StartsWith(marker, StringComparison.OrdinalIgnoreCase) && !marker.StartsWith(m, StringComparison.OrdinalIgnoreCase)));
    }

    public override IEnumerable<string> MustContain(Constraint constraint) => [constraint.Arguments.Text("marker")];

    private static string[] MarkersOf(Language language) => language == Language.Chinese ? Chinese : English;

    private Constraint Make(string marker) => new(this, Arguments.Of(("marker", marker)));
}
