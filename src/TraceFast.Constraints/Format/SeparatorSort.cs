using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Format;

/// <summary>
/// separator{mark}: at least two paragraphs, and between every two a line that holds the mark and nothing else; no other line is made of marks alone. Contradicted by another mark.
/// </summary>
public sealed class SeparatorSort : Sort
{
    private static readonly string[] Marks = ["***", "---", "===", "* * *", "+++", "###", "◆◆◆"];

    public override string Name => "separator";

    public override Category Kind => Category.GrammarStructure;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("mark", ParameterType.Text)];

    public override IReadOnlySet<string> ConflictsWith { get; } =
        SortNames.Set([.. SortNames.Data, .. SortNames.Wrappers, .. SortNames.LineForms, .. SortNames.Lists, .. SortNames.Headings, "markdown_table", "code_block", "reference_list", "template_slots", "sentence_end", "line_count"]);

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(
            "Separate the paragraphs with {mark:quoted}", "Put a line with only {mark} between every two paragraphs", "Divide the paragraphs by a line that reads {mark:quoted}", "Use {mark:quoted} on a line of its own as the divider between paragraphs",
            "Paragraphs must be set apart by the divider {mark:quoted}", "Between one paragraph and the next there must be a line {mark:quoted}")
        .Chinese("段落之间用{mark:quoted}分隔", "每两段之间单独一行写{mark:quoted}", "请以{mark:quoted}作为段落分隔符", "各段落用单独成行的{mark:quoted}隔开", "段与段之间必须有一行{mark:quoted}", "用分隔线{mark:quoted}划分各个段落");

    public override Verdict Check(Constraint constraint, Response response)
    {
        string mark = constraint.Arguments.Text("mark").Trim();
        int separators = 0, paragraphs = 0; // paragraphs since the last separator
        bool open = false;
        for (int n = 0; n < response.Structure.Count; n++)
        {
            Line line = response.Structure[n];
            TextSpan place = new(line.Start, line.End - line.Start);
            if (line.Of(response.Text).SequenceEqual(mark))
            {
                if (Fault(paragraphs, first: separators == 0) is { } fault)
                    return new(Outcome.Violated, fault, place);
                (separators, paragraphs, open) = (separators + 1, 0, false);
                continue;
            }

            if (!HasWord(line.Of(response.Text)))
                return new(Outcome.Violated, $"a line holds marks alone, other than {mark}", place);
            bool apart = n == response.TitleLine || line.Kind == LineKind.Heading;
            paragraphs += !apart && (!open || line.AfterBlank) ? 1 : 0;
            open = !apart;
        }

        if (separators == 0)
            return new(Outcome.Violated, $"no line holds only {mark}");
        return Fault(paragraphs, first: false) is { } end ? new(Outcome.Violated, end) : new(Outcome.Obeyed, $"{separators} lines {mark} stand between {separators + 1} paragraphs");
    }

    public override Constraint Draw(SamplingContext context) => Make(context.Random.Pick(Marks));

    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        string mark = constraint.Arguments.Text("mark").Trim();
        return Make(Drawn.Other(context.Random, Marks, m => m != mark));
    }

    public override IEnumerable<string> MustContain(Constraint constraint) => [constraint.Arguments.Text("mark")];

    protected override string? Refuse(Arguments arguments) =>
        arguments.Text("mark") is var mark && (string.IsNullOrWhiteSpace(mark) || HasWord(mark) || mark.AsSpan().ContainsAny("\r\n")) ? "the mark is one line of marks, without letters and digits" : null;

    private static string? Fault(int paragraphs, bool first) => paragraphs switch
    {
        1 => null,
        0 => first ? "no paragraph stands before the first separator" : "no paragraph follows a separator",
        _ => "two paragraphs have no separator between them",
    };

    private static bool HasWord(ReadOnlySpan<char> line)
    {
        foreach (char c in line)
        {
            if (char.IsLetterOrDigit(c) || char.IsSurrogate(c))
                return true;
        }

        return false;
    }

    private Constraint Make(string mark) => new(this, Arguments.Of(("mark", mark)));
}
