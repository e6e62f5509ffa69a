namespace TraceFast.Constraints.Text;

/// <summary>
/// Paragraphs: runs of lines between blank lines. Headings, rules and the title end a paragraph and are part of none; a fenced block is one, whatever blank lines it holds.
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
