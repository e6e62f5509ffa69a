using TraceFast.Constraints;

namespace TraceFast.Synthesis.FromResponses.Observers;

/// <summary>Headings, bold type, tables, code blocks: where one answer has them and the other none.</summary>
internal sealed class MarkupObserver : Observer
{
    public override string Family => "markup";

    public override IEnumerable<Constraint> Observe(AnswerShape own, AnswerShape other, Exchange exchange)
    {
        if (exchange.Demands.IsClosed)
            yield break;
        Constraints.Text.MarkdownStructure a = own.Response.Markdown, b = other.Response.Markdown;
        if (a.Headings.Count >= 2 && b.Headings.Count == 0 && !exchange.Demands.Form)
            yield return Of("heading_count", ("min", 2));
        if (a.Bold.Count >= 2 && b.Bold.Count == 0 && !exchange.Demands.Form)
            yield return Of("bold_count", ("min", 2));
        if (a.Bold.Count == 0 && b.Bold.Count >= 2 && !exchange.Demands.Form)
            yield return Of("bold_count", ("max", 0));
        if (a.Tables.Count >= 1 && b.Tables.Count == 0 && a.Tables[0].Rows.Count >= 2 && !exchange.Demands.Form)
            yield return Of("markdown_table");
        if (a.CodeBlocks.Any(c => c.IsClosed) && b.CodeBlocks.Count == 0 && exchange.Demands.IsCode)
            yield return Of("code_block");
    }
}
