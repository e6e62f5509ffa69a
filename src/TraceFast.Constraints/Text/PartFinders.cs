using TraceFast.Constraints.Templates;
using TraceFast.Data.Files;

namespace TraceFast.Constraints.Text;

/// <summary>
/// Paragraphs: runs of lines between blank lines. Headings, rules and the title end a paragraph and are part of none; a fenced block is
/// one, whatever blank lines it holds.
/// </summary>
internal static class ParagraphFinder
{
    public static List<TextSpan> Find(List<Line> lines, int titleLine)
    {
        List<TextSpan> paragraphs = [];
        int start = -1, end = -1;
        bool inCode = false;
        for (int n = 0; n < lines.Count; n++)
        {
            Line line = lines[n];
            bool apart = n == titleLine || line.Kind is LineKind.Heading or LineKind.Rule;
            if (start >= 0 && (apart || line.AfterBlank && !inCode))
            {
                paragraphs.Add(new TextSpan(start, end - start));
                start = -1;
            }

            if (line.Kind == LineKind.Fence)
                inCode = !inCode;
            if (apart)
                continue;
            if (start < 0)
                start = line.Start;
            end = line.End;
        }

        if (start >= 0)
            paragraphs.Add(new TextSpan(start, end - start));
        return paragraphs;
    }
}

/// <summary>
/// The texts of list items, without their marks; indented lines that follow an item directly and are no items themselves belong to it.
/// </summary>
internal static class ItemFinder
{
    public static List<TextSpan> Find(List<Line> lines)
    {
        List<TextSpan> items = [];
        for (int n = 0; n < lines.Count; n++)
        {
            if (lines[n].Kind != LineKind.Item)
                continue;
            int start = lines[n].Content, end = lines[n].End;
            while (n + 1 < lines.Count && lines[n + 1] is { Kind: LineKind.Text, Indented: true, AfterBlank: false } more)
            {
                end = more.End;
                n++;
            }

            items.Add(new TextSpan(start, end - start));
        }

        return items;
    }
}

/// <summary>
/// The title of a response, without its marks. In this order: the first line, when it is a heading, is alone in **bold**, 《》 or
/// &lt;&lt;&gt;&gt;, or says "Title: ..." / "标题：..."; a first line of at most 12 words or 30 characters that ends without punctuation and
/// is followed by a blank line and more text; else (after an opening remark) the first heading of level one, or a line in &lt;&lt;&gt;&gt;
/// or 《》 alone, or "Title: ..." among the first four lines.
/// </summary>
internal static class TitleFinder
{
    private const int MostWords = 12, MostUnits = 30, LinesLooked = 4;

    private static readonly string[] s_labels = [.. ResourceBlocks.Of(typeof(ConstraintTypes), "text.txt")["title labels"]];

    /// <param name="text">The response.</param>
    /// <param name="lines">Its lines.</param>
    /// <param name="line">The number of the title's line; -1: none.</param>
    /// <returns>The title's place; null: there is none.</returns>
    public static TextSpan? Find(string text, List<Line> lines, out int line)
    {
        for (line = 0; line < lines.Count; line++)
        {
            bool first = line == 0;
            if (!first && line >= LinesLooked && lines[line].Kind != LineKind.Heading)
                continue;
            if (Marked(text, lines[line], first) is { } title || first && Plain(text, lines, out title))
                return title;
        }

        line = -1;
        return null;
    }

    private static TextSpan? Marked(string text, Line line, bool first)
    {
        ReadOnlySpan<char> all = line.Of(text);
        if (line.Kind == LineKind.Heading)
            return first || all[1] != '#' ? Inner(text, line.Content, line.End) : null;
        if (line.Kind != LineKind.Text)
            return null;
        foreach (string label in s_labels)
        {
            if (all.StartsWith(label, StringComparison.OrdinalIgnoreCase) && all.Length > label.Length)
            {
                int start = line.Start + label.Length;
                while (char.IsWhiteSpace(text[start]))
                    start++;
                return Inner(text, start, line.End);
            }
        }

        bool bracketed = all.StartsWith("<<") && all.EndsWith(">>") && all.Length > 4 || all[0] == '《' && all[^1] == '》'
            && all.Length > 2 && all.Count('《') == 1;
        bool bold = first && all.Length > 4 && all.StartsWith("**") && all.EndsWith("**")
            && !all[2..^2].Contains("**", StringComparison.Ordinal);
        return bracketed || bold ? Inner(text, line.Start, line.End) : null;
    }

    private static bool Plain(string text, List<Line> lines, out TextSpan title)
    {
        title = default;
        Line line = lines[0];
        if (line.Kind != LineKind.Text || lines.Count < 2 || !lines[1].AfterBlank || line.Content != line.Start)
            return false;
        char opening = text[line.Start];
        int lastLength = char.IsLowSurrogate(text[line.End - 1]) && line.End - line.Start > 1 ? 2 : 1;
        int last = Script.At(text, line.End - lastLength, out _);
        if (opening is '{' or '[' or '|' or '<' or '`' || !(Script.IsLetterOrDigit(last) || last is ')' or '）' or '》' or '"' or '”' or '*'))
            return false;
        if (line.End - line.Start > 200)
            return false;
        List<TextSpan> words = WordFinder.Find(text, [line]);
        int ideographs = words.Count(w => Script.IsIdeograph(Script.At(text, w.Start, out _)));
        if (words.Count == 0 || ideographs > 0 && words.Count > MostUnits || ideographs == 0 && words.Count > MostWords)
            return false;
        title = Inner(text, line.Start, line.End);
        return true;
    }

    /// <summary>Without surrounding **, *, 《》, &lt;&lt;&gt;&gt;, quotes and closing #.</summary>
    private static TextSpan Inner(string text, int start, int end)
    {
        ReadOnlySpan<char> open = text.AsSpan(start, end - start).TrimEnd('#');
        if (open.Length > 0 && char.IsWhiteSpace(open[^1]) && !open.IsWhiteSpace())
            end = start + open.TrimEnd().Length; // closing # come after a blank: not those of C#
        while (end - start > 2)
        {
            bool pair = (text[start], text[end - 1]) is
                ('*', '*') or ('《', '》') or ('<', '>') or ('“', '”') or ('"', '"') or ('「', '」') or ('_', '_');
            if (!pair)
                break;
            start++;
            end--;
        }

        return new TextSpan(start, end - start);
    }
}
