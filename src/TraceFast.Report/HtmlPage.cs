using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace TraceFast.Report;

/// <summary>
/// One HTML file that needs nothing else: no network, no second file. The charts are drawn in the browser by uPlot (MIT), which is
/// embedded in the page: zoom by dragging, values under the cursor, double click to reset. Readable on narrow and wide screens.
/// </summary>
public static class HtmlPage
{
    /// <summary>The page as text.</summary>
    /// <param name="facts">Rows of the table at the top: what, value.</param>
    public static string Render(string title, IReadOnlyList<(string What, string Value)> facts, IReadOnlyList<PageElement> elements)
    {
        StringBuilder html = new();
        html.Append(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta "
                + "name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>")
            .Append(Escape(title)).Append("</title>\n<style>\n").Append(Asset("uPlot.min.css")).Append('\n').Append(Asset("page.css"))
            .Append("</style></head>\n<body>\n<h1>").Append(Escape(title)).Append("</h1>\n<table>\n");
        foreach ((string what, string value) in facts)
            html.Append("<tr><th>").Append(Escape(what)).Append("</th><td>").Append(Escape(value)).Append("</td></tr>\n");
        html.Append("</table>\n");
        List<object> charts = [];
        foreach (PageElement element in elements)
        {
            html.Append("<h2>").Append(Escape(element.Title)).Append("</h2>\n");
            Write(element, html, charts);
        }
        html.Append("<script>\n").Append(Asset("uPlot.iife.min.js")).Append("\n</script>\n<script>\nconst charts = ")
            .Append(JsonSerializer.Serialize(charts)).Append(";\n")
            .Append(Asset("draw.js")).Append("</script>\n</body></html>\n");
        return html.ToString();
    }

    internal static string Escape(string text) => WebUtility.HtmlEncode(text);

    /// <summary>
    /// Charts become boxes that the script fills from their data. The default JSON encoder writes &lt;, &gt; and &amp; as \u escapes, so no
    /// name can end the script.
    /// </summary>
    private static void Write(PageElement element, StringBuilder html, List<object> charts)
    {
        switch (element)
        {
            case DataTable table:
                table.WriteTo(html);
                return;
            case Paragraphs paragraphs:
                paragraphs.WriteTo(html);
                return;
            case MarkedTexts texts:
                texts.WriteTo(html);
                return;
            case SvgFigure figure:
                figure.WriteTo(html);
                return;
            case LineChart lines:
                charts.Add(lines.ForBrowser());
                break;
            case BarChart bars:
                charts.Add(bars.ForBrowser());
                break;
            default:
                throw new ArgumentException($"a {element.GetType().Name} cannot be shown on a page");
        }
        html.Append(CultureInfo.InvariantCulture, $"<div class=\"chart\" id=\"chart{charts.Count - 1}\"></div>\n");
    }

    private static string Asset(string name)
    {
        using Stream stream = typeof(HtmlPage).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the assembly lacks its embedded file {name}");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}

/// <summary>Something on a page below its facts, under a heading of its own.</summary>
public abstract record PageElement
{
    /// <summary>The heading.</summary>
    public abstract string Title { get; init; }
}

/// <summary>Plain sentences.</summary>
/// <param name="Texts">One for each paragraph.</param>
public sealed record Paragraphs(string Title, IReadOnlyList<string> Texts) : PageElement
{
    internal void WriteTo(StringBuilder html)
    {
        foreach (string text in Texts)
            html.Append("<p>").Append(HtmlPage.Escape(text)).Append("</p>\n");
    }
}

/// <summary>A drawing that its maker has finished, in place of one that the browser makes from data.</summary>
/// <param name="Svg">One svg element, which goes into the page as it is.</param>
public sealed record SvgFigure(string Title, string Svg) : PageElement
{
    internal void WriteTo(StringBuilder html) => html.Append("<div class=\"scroll figure\" tabindex=\"0\">").Append(Svg).Append("</div>\n");
}

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
