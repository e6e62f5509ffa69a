using System.Text;

namespace TraceFast.Report;

/// <summary>A table; the first column is text, the others are numbers as they should be shown, or texts with their lines.</summary>
public sealed record DataTable(string Title, IReadOnlyList<string> Headings, IReadOnlyList<IReadOnlyList<string>> Rows) : PageElement
{
    /// <summary>Every column is text, read from the left, with the lines that it has.</summary>
    public bool IsText { get; init; }

    internal void WriteTo(StringBuilder html)
    {
        html.Append("<div class=\"scroll\" tabindex=\"0\"><table class=\"").Append(IsText ? "texts" : "data").Append("\"><tr>");
        foreach (string heading in Headings)
            html.Append("<th>").Append(HtmlPage.Escape(heading)).Append("</th>");
        html.Append("</tr>\n");
        foreach (IReadOnlyList<string> row in Rows)
        {
            html.Append("<tr>");
            foreach (string cell in row)
                html.Append("<td>").Append(HtmlPage.Escape(cell)).Append("</td>");
            html.Append("</tr>\n");
        }
        html.Append("</table></div>\n");
    }
}
