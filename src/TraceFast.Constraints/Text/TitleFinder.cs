namespace TraceFast.Constraints.Text;

/// <summary>
/// The title of a response, without its marks. In this order: the first line, when it is a heading, stands alone in **bold**, 《》 or &lt;&lt;&gt;&gt;, or says "Title: ..." / "标题：...";
/// a first line of at most 12 words or 30 characters that ends without punctuation and is followed by a blank line and more text;
/// else (behind an opening remark) the first heading of level one, or a line in &lt;&lt;&gt;&gt; or 《》 alone, or "Title: ..." among the first four lines.
/// </summary>
internal static class TitleFinder
{
    private const int MostWords = 12, MostUnits = 30, LinesLooked = 4;

    private static readonly string[] Labels = ["title:", "title：", "**title:**", "**title**:", "标题：", "标题:", "题目：", "题目:", "**标题：**", "**标题**：", "**标题:**", "**标题**:"];

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
        foreach (string label in Labels)
        {
            if (all.StartsWith(label, StringComparison.OrdinalIgnoreCase) && all.Length > label.Length)
            {
                int start = line.Start + label.Length;
                while (char.IsWhiteSpace(text[start]))
                    start++;
                return Inner(text, start, line.End);
            }
        }

        bool bracketed = all.StartsWith("<<") && all.EndsWith(">>") && all.Length > 4 || all[0] == '《' && all[^1] == '》' && all.Length > 2 && all.Count('《') == 1;
        bool bold = first && all.Length > 4 && all.StartsWith("**") && all.EndsWith("**") && !all[2..^2].Contains("**", StringComparison.Ordinal);
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
            end = start + open.TrimEnd().Length; // closing # stand behind a blank: not those of C#
        while (end - start > 2)
        {
            bool pair = (text[start], text[end - 1]) is ('*', '*') or ('《', '》') or ('<', '>') or ('“', '”') or ('"', '"') or ('「', '」') or ('_', '_');
            if (!pair)
                break;
            start++;
            end--;
        }

        return new TextSpan(start, end - start);
    }
}
