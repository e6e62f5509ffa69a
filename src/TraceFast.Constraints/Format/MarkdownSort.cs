using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Format;

/// <summary>
/// markdown{}: the answer uses Markdown where plain text would look different: a heading, a bullet (- * +), a table, code, emphasis, a link or a quotation.
/// Numbered items alone are no Markdown: they look the same in plain text. Contradicted by forbidding all these marks.
/// </summary>
public sealed class MarkdownSort : Sort
{
    private static readonly string[] Marks = ["#", "*", "_", "`", "-", "+", "|", ">", "[", "~"];

    public override string Name => "markdown";

    public override Category Kind => Category.OutputFormat;

    public override IReadOnlyList<Parameter> Parameters { get; } = [];

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set([.. SortNames.Data, .. SortNames.LineForms]);

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(
            "Format the answer in Markdown",
            "Use Markdown formatting",
            "Your response should be written in Markdown",
            "Make use of Markdown syntax such as headings, bullet points or bold text",
            "Present the answer as Markdown",
            "Output in Markdown format, please",
            "The answer has to use Markdown markup")
        .Chinese(
            "使用Markdown格式输出",
            "请以Markdown格式呈现回答",
            "回答应采用Markdown格式",
            "用Markdown语法进行排版",
            "输出格式为Markdown",
            "请使用Markdown标记，例如标题、项目符号或加粗",
            "内容需以Markdown形式展示");

    public override Verdict Check(Constraint constraint, Response response)
    {
        MarkdownStructure found = response.Markdown;
        (string? what, TextSpan where) = FirstOf(found);
        return what is null ? new(Outcome.Violated, "the answer has no Markdown: no heading, bullet, table, code, emphasis, link or quotation") : new(Outcome.Obeyed, $"the answer has {what}", where);
    }

    public override Constraint Draw(SamplingContext context) => new(this, Arguments.None);

    public override Constraint Contradict(Constraint constraint, SamplingContext context) => new(Sorts.Get("forbidden_punctuation"), Arguments.Of(("marks", Marks)));

    private static (string? What, TextSpan Where) FirstOf(MarkdownStructure found)
    {
        foreach (Heading heading in found.Headings)
            return ("a heading", heading.Line);
        foreach (ListItem item in found.Items)
        {
            if (item.Bullet is '-' or '*' or '+')
                return ("a bulleted list", item.Line);
        }

        foreach (Table table in found.Tables)
            return ("a table", table.Span);
        foreach (CodeBlock code in found.CodeBlocks)
            return ("a code block", code.Span);
        foreach (Link link in found.Links)
        {
            if (link.Span != link.Address)
                return ("a link", link.Span);
        }

        foreach ((string name, IReadOnlyList<TextSpan> places) in new[] { ("bold text", found.Bold), ("italic text", found.Italic), ("code", found.CodeSpans), ("a quotation", found.QuotedLines) })
        {
            if (places.Count > 0)
                return (name, places[0]);
        }

        return (null, default);
    }
}
