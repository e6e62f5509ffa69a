using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Format;

/// <summary>
/// template_slots{labels[]}: each label starts exactly one line, in this order, with a colon (: or ：) behind it and a text behind that or on the next line. A list's mark, bold and
/// letter case do not matter. Contradicted by another order, or for a single label by forbidding colons.
/// </summary>
public sealed class TemplateSlotsSort : Sort
{
    public override string Name => "template_slots";

    public override Category Kind => Category.Template;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("labels", ParameterType.Texts)];

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set([.. SortNames.Data, "quoted_whole", "sentence_end", "separator", .. SortNames.LineForms]);

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(
            "Follow this template, one line for each label in this order, with a colon after it: {labels:plain}", "Fill in the {labels?label:labels} {labels:list}{labels?:, in this order}, each followed by a colon and its text", "Write lines of the form \"label: text\" for {labels:list}, in this order",
            "Give the answer as a form with the {labels?field:fields} {labels:plain}{labels?:, one after the other}, each written as \"field: text\"", "The answer must have a line beginning with each of these labels and a colon, in the given order: {labels:plain}",
            "Use the labels {labels:list}, in this order, each with a colon and what belongs to it")
        .Chinese(
            "按照以下模板依次填写，每项占一行并在其后加冒号：{labels:plain}", "请依次填写{labels:list}，格式为“标签：内容”", "回答须按“标签：内容”的格式依次逐行给出{labels:list}", "以表单形式作答，依次包含{labels:plain}，每项后接冒号和内容",
            "每行以{labels:list}加冒号开头，依次写出对应内容", "请使用固定模板，各栏依次为{labels:plain}，栏名后用冒号");

    public override Verdict Check(Constraint constraint, Response response)
    {
        IReadOnlyList<string> labels = constraint.Arguments.Texts("labels");
        List<Line> lines = response.Structure;
        int next = 0;
        for (int n = 0; n < lines.Count; n++)
        {
            int which = LabelOf(response, lines[n], labels, out bool hasText);
            if (which < 0)
                continue;
            TextSpan place = new(lines[n].Start, lines[n].End - lines[n].Start);
            if (which != next)
                return new(Outcome.Violated, which < next ? $"the label \"{labels[which]}\" stands twice or out of order" : $"the label \"{labels[next]}\" does not stand before \"{labels[which]}\"", place);
            if (!hasText && (n + 1 == lines.Count || LabelOf(response, lines[n + 1], labels, out _) >= 0))
                return new(Outcome.Violated, $"nothing is written for \"{labels[which]}\"", place);
            next++;
        }

        return next == labels.Count ? new(Outcome.Obeyed, "each label has its line, in order") : new(Outcome.Violated, $"no line starts with \"{labels[next]}:\"");
    }

    public override Constraint Draw(SamplingContext context) => Make(Drawn.Several(context.Random, Vocabulary.Labels(context.Language), 2, 4));

    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        IReadOnlyList<string> labels = constraint.Arguments.Texts("labels");
        return labels.Count > 1 ? Make(Drawn.Reordered(context.Random, labels)) : new(Sorts.Get("forbidden_punctuation"), Arguments.Of(("marks", new[] { ":" })));
    }

    public override IEnumerable<string> MustContain(Constraint constraint) => constraint.Arguments.Texts("labels");

    protected override string? Refuse(Arguments arguments)
    {
        IReadOnlyList<string> labels = arguments.Texts("labels");
        if (labels.FirstOrDefault(l => Bare(l).IsEmpty) is { } empty)
            return $"\"{empty}\" has no word to label a line";
        return labels.Select(l => Bare(l).ToString()).Distinct(StringComparer.OrdinalIgnoreCase).Count() < labels.Count ? "a label is given twice" : null;
    }

    /// <summary>The label that a line starts with; -1: none.</summary>
    private static int LabelOf(Response response, Line line, IReadOnlyList<string> labels, out bool hasText)
    {
        hasText = false;
        if (line.Kind is LineKind.Code or LineKind.Fence or LineKind.Rule)
            return -1;
        ReadOnlySpan<char> text = response.Text.AsSpan(line.Content, line.End - line.Content);
        int colon = text.IndexOfAny(':', '：');
        if (colon < 0)
            return -1;
        ReadOnlySpan<char> name = Bare(text[..colon]);
        for (int n = 0; n < labels.Count; n++)
        {
            if (Bare(labels[n]).Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                hasText = !text[(colon + 1)..].Trim("*_ ").IsEmpty;
                return n;
            }
        }

        return -1;
    }

    private static ReadOnlySpan<char> Bare(ReadOnlySpan<char> label) => label.Trim("*_`#:：[]【】 ");

    private Constraint Make(IReadOnlyList<string> labels) => new(this, Arguments.Of(("labels", labels)));
}
