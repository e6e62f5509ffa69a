using System.Diagnostics.CodeAnalysis;

namespace TraceFast.Constraints.Text;

/// <summary>Tables as GitHub's Markdown has them (GFM specification 4.10); a table ends also before a line without |.</summary>
public static class MarkdownTable
{
    /// <summary>
    /// The cells of a row, without blanks around; \| does not part cells. One | at either end of the row is no cell's border.
    /// </summary>
    public static IReadOnlyList<TextSpan> Cells(string text, TextSpan row)
    {
        (int start, int end) = Borders(text, row.Start, row.Start + row.Length);
        List<TextSpan> cells = [];
        int cell = start;
        for (int i = start; i <= end; i++)
        {
            if (i < end && !(text[i] == '|' && !IsEscaped(text, start, i)))
                continue;
            int from = cell, to = i;
            while (from < to && char.IsWhiteSpace(text[from]))
                from++;
            while (to > from && char.IsWhiteSpace(text[to - 1]))
                to--;
            cells.Add(new TextSpan(from, to - from));
            cell = i + 1;
        }

        return cells;
    }

    internal static bool TryRead(string text, List<Line> lines, int first, [NotNullWhen(true)] out Table? table)
    {
        table = null;
        if (!IsHeader(text, lines[first], lines[first + 1]))
            return false;
        List<TextSpan> rows = [];
        int end = lines[first + 1].End;
        for (int n = first + 2; n < lines.Count && lines[n] is { Kind: LineKind.Text, AfterBlank: false } row
            && row.Of(text).Contains('|'); n++)
        {
            rows.Add(new TextSpan(row.Content, row.End - row.Content));
            end = row.End;
        }

        Line header = lines[first];
        IReadOnlyList<TextSpan> cells = Cells(text, new TextSpan(header.Content, header.End - header.Content));
        table = new Table(new TextSpan(header.Start, end - header.Start), cells, rows);
        return true;
    }

    /// <summary>Whether a line is a header by the line below it.</summary>
    internal static bool IsHeader(string text, Line line, Line next)
    {
        if (line.Kind != LineKind.Text || next.Kind != LineKind.Text || next.AfterBlank || line.Content >= line.End
            || !line.Of(text).Contains('|'))
            return false;
        int columns = CountDashes(text, next);
        return columns > 0 && columns == CountCells(text, line);
    }

    /// <summary>The cells of a row of dashes; 0: it is none.</summary>
    private static int CountDashes(string text, Line line)
    {
        (int start, int end) = Borders(text, line.Content, line.End);
        int cells = 0;
        while (true)
        {
            while (start < end && char.IsWhiteSpace(text[start]))
                start++;
            if (start < end && text[start] == ':')
                start++;
            int dashes = start;
            while (start < end && text[start] == '-')
                start++;
            if (start == dashes)
                return 0;
            if (start < end && text[start] == ':')
                start++;
            while (start < end && char.IsWhiteSpace(text[start]))
                start++;
            cells++;
            if (start == end)
                return cells;
            if (text[start++] != '|')
                return 0;
        }
    }

    private static int CountCells(string text, Line line)
    {
        (int start, int end) = Borders(text, line.Content, line.End);
        int cells = 1;
        for (int i = start; i < end; i++)
        {
            if (text[i] == '|' && !IsEscaped(text, start, i))
                cells++;
        }

        return cells;
    }

    private static (int Start, int End) Borders(string text, int start, int end)
    {
        if (start < end && text[start] == '|')
            start++;
        if (end > start && text[end - 1] == '|' && !IsEscaped(text, start, end - 1))
            end--;
        return (start, end);
    }

    private static bool IsEscaped(string text, int start, int i) => i > start && text[i - 1] == '\\';
}
