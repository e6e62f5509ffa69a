using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Format;

/// <summary>
/// line_shape{separator}: each line is "left SEPARATOR right", with text on both sides; headings, the title, rules and fences are no such lines, and the mark of a list item is no part of the left side.
/// A separator of - – = needs blanks around it, : and ： are one and do not part digits (10:30). Contradicted by forbidding the separator's marks.
/// </summary>
public sealed class LineShapeSort : Sort
{
    private static readonly string[] English = [" - ", ": ", " -> ", " = ", " | ", " => ", " — "], Chinese = ["：", "——", " - ", " → ", " | ", "＝"];

    public override string Name => "line_shape";

    public override Category Kind => Category.Template;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("separator", ParameterType.Text)];

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set(
    [
        .. SortNames.Data, .. SortNames.Wrappers, .. SortNames.Blocks, .. SortNames.Ends, .. SortNames.LineForms, "bracket_title", "sentence_end", "template_slots", "paragraph_count", "sentence_count", "question_count",
        "citation_marks",
    ]);

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(
            "Write each line as \"left{separator}right\"", "Every line must have the form X{separator}Y", "Use the format \"term{separator}explanation\" on every line", "Each line should consist of two parts joined by {separator:quoted}",
            "Put {separator:quoted} between the two halves of every line", "Lines have to follow the pattern A{separator}B")
        .Chinese(
            "每行的格式为“左{separator}右”", "每一行都写成“名称{separator}说明”的形式", "请逐行按“A{separator}B”的格式书写", "每行分为两部分，中间用{separator:quoted}连接", "各行均须以{separator:quoted}分隔左右两部分", "每行遵循“X{separator}Y”的样式");

    public override Verdict Check(Constraint constraint, Response response)
    {
        string separator = constraint.Arguments.Text("separator").Trim();
        IReadOnlyList<TextSpan> lines = response.BodyLines;
        foreach (TextSpan place in lines)
        {
            ReadOnlySpan<char> line = response.Span(place);
            if (ListMarker.TryRead(line, out ListMarker marker))
                line = line[marker.Length..];
            if (!HasShape(line, separator))
                return new(Outcome.Violated, $"a line is not of the form \"left {separator} right\"", place);
        }

        return Verdict.Of(lines.Count > 0, lines.Count > 0 ? $"all {lines.Count} lines are of the form \"left {separator} right\"" : "the answer has no line");
    }

    public override Constraint Draw(SamplingContext context) => new(this, Arguments.Of(("separator", context.Random.Pick(context.Language == Language.Chinese ? Chinese : English))));

    public override Constraint Contradict(Constraint constraint, SamplingContext context) =>
        new(Sorts.Get("forbidden_punctuation"), Arguments.Of(("marks", new[] { constraint.Arguments.Text("separator").Trim() })));

    public override IEnumerable<string> MustContain(Constraint constraint) => [constraint.Arguments.Text("separator").Trim()];

    protected override string? Refuse(Arguments arguments) => arguments.Text("separator") is var separator && (string.IsNullOrWhiteSpace(separator) || separator.AsSpan().ContainsAny("\r\n")) ? "the separator is blank or more than a line" : null;

    private static bool HasShape(ReadOnlySpan<char> line, string separator)
    {
        bool blanks = separator is "-" or "–" or "=", colon = separator is ":" or "：";
        for (int from = 0; ;)
        {
            int found = colon ? line[from..].IndexOfAny(':', '：') : separator == "＝" ? line[from..].IndexOfAny('=', '＝') : line[from..].IndexOf(separator);
            if (found < 0)
                return false;
            int at = from + found, after = at + separator.Length;
            from = at + 1;
            if (line[..at].IsWhiteSpace() || line[after..].IsWhiteSpace())
                continue;
            if (blanks && !(char.IsWhiteSpace(line[at - 1]) && char.IsWhiteSpace(line[after])))
                continue;
            if (!(colon && char.IsAsciiDigit(line[at - 1]) && char.IsAsciiDigit(line[after])))
                return true;
        }
    }
}
