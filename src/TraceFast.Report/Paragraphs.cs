using System.Text;

namespace TraceFast.Report;

/// <summary>Plain sentences.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Texts">One for each paragraph.</param>
public sealed record Paragraphs(string Title, IReadOnlyList<string> Texts) : PageElement
{
    internal void WriteTo(StringBuilder html)
    {
        foreach (string text in Texts)
            html.Append("<p>").Append(HtmlPage.Escape(text)).Append("</p>\n");
    }
}
