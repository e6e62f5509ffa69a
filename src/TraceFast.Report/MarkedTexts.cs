using System.Globalization;
using System.Text;

namespace TraceFast.Report;

/// <summary>A stretch of a text to highlight, in UTF-16 units, and the note (by its index) that it belongs to.</summary>
public readonly record struct Mark(int Start, int Length, int Note);

/// <summary>A remark on a text.</summary>
/// <param name="Label">Short: what it is about; readers filter by it.</param>
public sealed record Note(string Label, string Text);

/// <summary>A text with notes and the passages that they refer to.</summary>
/// <param name="Before">What comes before the text, such as the prompt that it answers.</param>
/// <param name="Marks">Stretches of the text; they may overlap.</param>
public sealed record MarkedText(string Heading, string Before, string Text, IReadOnlyList<Note> Notes, IReadOnlyList<Mark> Marks);

/// <summary>Texts that open on demand, with remarks and highlights, to be filtered by the remarks' labels.</summary>
/// <param name="Introduction">A line below it.</param>
/// <param name="BeforeLabel">What <see cref="MarkedText.Before"/> is.</param>
/// <param name="TextLabel">What <see cref="MarkedText.Text"/> is.</param>
public sealed record MarkedTexts(
    string Title, string Introduction, string BeforeLabel, string TextLabel, IReadOnlyList<MarkedText> Items) : PageElement
{
    private const int Colors = 6;

    internal void WriteTo(StringBuilder html)
    {
        html.Append("<p>").Append(HtmlPage.Escape(Introduction)).Append("</p>\n");
        string[] labels = [.. Items.SelectMany(i => i.Notes).Select(n => n.Label).Distinct().Order(StringComparer.Ordinal)];
        if (labels.Length > 1)
        {
            html.Append("<p><label>show <select class=\"filter\"><option value=\"\">all</option>");
            foreach (string label in labels)
                html.Append("<option>").Append(HtmlPage.Escape(label)).Append("</option>");
            html.Append("</select></label> <span class=\"shown\"></span></p>\n");
        }
        foreach (MarkedText item in Items)
            WriteItem(html, item);
    }

    private void WriteItem(StringBuilder html, MarkedText item)
    {
        html.Append("<details class=\"text\" data-labels=\"")
            .Append(HtmlPage.Escape(string.Join('\n', item.Notes.Select(n => n.Label).Distinct())))
            .Append("\"><summary>").Append(HtmlPage.Escape(item.Heading)).Append("</summary>\n<ul>");
        for (int i = 0; i < item.Notes.Count; i++)
            html.Append(
                CultureInfo.InvariantCulture,
                $"<li><mark class=\"n{i % Colors}\">{HtmlPage.Escape(item.Notes[i].Label)}</mark> "
                + $"{HtmlPage.Escape(item.Notes[i].Text)}</li>");
        html.Append("</ul>\n");
        if (item.Before.Length > 0)
            html.Append("<h3>").Append(HtmlPage.Escape(BeforeLabel)).Append("</h3><div class=\"words\">")
                .Append(HtmlPage.Escape(item.Before)).Append("</div>\n");
        html.Append("<h3>").Append(HtmlPage.Escape(TextLabel)).Append("</h3><div class=\"words\">");
        WriteMarked(html, item);
        html.Append("</div></details>\n");
    }

    /// <summary>
    /// Cuts the text where a mark starts or ends; each piece is highlighted once, by the first note that marks it, and names all of them.
    /// </summary>
    private static void WriteMarked(StringBuilder html, MarkedText item)
    {
        Mark[] marks = [
            .. item.Marks.Where(m => m.Start >= 0 && m.Length > 0 && m.Start + m.Length <= item.Text.Length).OrderBy(m => m.Start)];
        int[] cuts = [
            .. marks.SelectMany(m => new[] { m.Start, m.Start + m.Length }).Append(0).Append(item.Text.Length).Distinct().Order()];
        List<Mark> open = [];
        int next = 0;
        for (int c = 0; c + 1 < cuts.Length; c++)
        {
            int start = cuts[c];
            open.RemoveAll(m => m.Start + m.Length <= start);
            for (; next < marks.Length && marks[next].Start == start; next++)
                open.Add(marks[next]);
            string piece = HtmlPage.Escape(item.Text[start..cuts[c + 1]]);
            int[] notes = [.. open.Select(m => m.Note).Distinct().Order()];
            if (notes.Length == 0)
                html.Append(piece);
            else
            {
                string title = HtmlPage.Escape(string.Join("\n", notes.Select(n => $"{item.Notes[n].Label}: {item.Notes[n].Text}")));
                html.Append(CultureInfo.InvariantCulture, $"<mark class=\"n{notes[0] % Colors}\" title=\"{title}\">{piece}</mark>");
            }
        }
    }
}
