using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Example;

/// <summary>
/// example_shape{example}: each list item, or each line where there is no list, has the example's shape: the same separators, brackets and end mark in the same order, words where it has words and
/// a number where it has a number ("apple - fruit (7)" is words - words (number)), as <see cref="Shape"/> reads it.
/// </summary>
public sealed class ExampleShapeSort : Sort
{
    private static readonly string[] English = ["{0}: {1}", "{0} - {1}", "{0} ({1})", "{0} | {1} | {2}", "[{0}] {1}", "{0} -> {1}", "{0} = {1} / {2}", "{0} - {1} (7)", "\"{0}\": {1}"];

    private static readonly string[] Chinese = ["{0}：{1}", "{0}——{1}", "{0}（{1}）", "{0}｜{1}｜{2}", "【{0}】{1}", "{0} -> {1}", "{0}、{1}、{2}", "{0}：{1}（7）", "“{0}”：{1}"];

    public override string Name => "example_shape";

    public override Category Kind => Category.PositiveExample;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("example", ParameterType.Text)];

    public override IReadOnlySet<string> ConflictsWith { get; } =
        new HashSet<string> { "json", "json_object", "json_array", "csv", "markdown_table", "code_block", "xml_element", "line_shape", "template_slots", "syllables_per_line", "han_per_line", "sentence_end", "quoted_whole" };

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Give every entry the shape of this example: {example:quoted}", "Each item must look like this: {example:quoted}", "Write each entry in the same pattern as: {example:quoted}", "Use the format of this sample for all items: {example:quoted}", "Every entry should be shaped like: {example:quoted}",
            "Copy the layout of this sample entry: {example:quoted}")
        .Chinese("每一项都按此示例的格式书写：{example:quoted}", "各条目的格式须与示例一致：{example:quoted}", "每项的写法如：{example:quoted}", "请照这个样例的格式列出每一项：{example:quoted}", "条目格式示例：{example:quoted}", "每条都要采用如下样式：{example:quoted}");

    public override Verdict Check(Constraint constraint, Response response)
    {
        string asked = Shape.Of(constraint.Arguments.Text("example"));
        IReadOnlyList<TextSpan> entries = response.Items.Count > 0 ? response.Items : response.BodyLines;
        foreach (TextSpan entry in entries)
        {
            string found = Shape.Of(response.Span(entry));
            if (found != asked)
                return new(Outcome.Violated, $"the entry has the shape {found}, not {asked}", entry);
        }

        return Verdict.Of(entries.Count > 0, $"{entries.Count} entries have the shape {asked}");
    }

    public override Constraint Draw(SamplingContext context) => Make(context, context.Random.Pick(Forms(context)));

    /// <summary>Another shape.</summary>
    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        string given = Shape.Of(constraint.Arguments.Text("example"));
        return Make(context, context.Random.Pick([.. Forms(context).Where(f => Shape.Of(Fill(f, ["a", "b", "c"])) != given)]));
    }

    protected override string? Refuse(Arguments arguments) => Shape.Of(arguments.Text("example")) is "" or "W" or "N" ? "the example has no separators or brackets, so it has no shape" : null;

    private static string[] Forms(SamplingContext context) => context.Language == Language.Chinese ? Chinese : English;

    private static string Fill(string form, string[] words) => form.Replace("{0}", words[0], StringComparison.Ordinal).Replace("{1}", words[1], StringComparison.Ordinal).Replace("{2}", words[2], StringComparison.Ordinal);

    private Constraint Make(SamplingContext context, string form) =>
        new(this, Arguments.Of(("example", Fill(form, [context.Random.Pick(context.Words), context.Random.Pick(context.Words), context.Random.Pick(context.Words)]))));
}
