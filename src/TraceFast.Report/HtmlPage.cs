using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace TraceFast.Report;

/// <summary>
/// One HTML file that needs nothing else: no network, no second file. The charts are drawn in the browser by uPlot (MIT), which is
/// embedded in the page: zoom by dragging, values under the cursor, double click to reset.
/// </summary>
public static class HtmlPage
{
    /// <summary>The page as text.</summary>
    /// <param name="title">Heading and window title.</param>
    /// <param name="facts">Rows of the table at the top: what, value.</param>
    /// <param name="charts">Drawn in order.</param>
    public static string Render(string title, IReadOnlyList<(string What, string Value)> facts, IReadOnlyList<LineChart> charts)
    {
        StringBuilder html = new();
        html.Append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>").Append(Escape(title)).Append("</title>\n<style>\n")
            .Append(Asset("uPlot.min.css")).Append('\n').Append(Asset("page.css")).Append("</style></head>\n<body>\n<h1>").Append(Escape(title)).Append("</h1>\n<table>\n");
        foreach ((string what, string value) in facts)
            html.Append("<tr><th>").Append(Escape(what)).Append("</th><td>").Append(Escape(value)).Append("</td></tr>\n");
        html.Append("</table>\n");
        for (int i = 0; i < charts.Count; i++)
            html.Append(CultureInfo.InvariantCulture, $"<h2>{Escape(charts[i].Title)}</h2>\n<div class=\"chart\" id=\"chart{i}\"></div>\n");
        html.Append("<script>\n").Append(Asset("uPlot.iife.min.js")).Append("\n</script>\n<script>\nconst charts = ").Append(ChartsAsJson(charts)).Append(";\n")
            .Append(Asset("draw.js")).Append("</script>\n</body></html>\n");
        return html.ToString();
    }

    // The default encoder writes <, > and & as \u escapes, so no name can end the script element.
    private static string ChartsAsJson(IReadOnlyList<LineChart> charts) => JsonSerializer.Serialize(charts.Select(c => new
    {
        x = c.XLabel,
        y = c.YLabel,
        names = c.Series.Select(s => s.Name),
        data = c.Columns(),
    }));

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private static string Asset(string name)
    {
        using Stream stream = typeof(HtmlPage).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the assembly lacks its embedded file {name}");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
