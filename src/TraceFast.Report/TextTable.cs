using System.Text;

namespace TraceFast.Report;

/// <summary>
/// A table for people, as wide as the terminal at most: columns that do not fit go into further tables below, each with the first column
/// again, and a cell that is wider than the terminal continues on the next lines. Nothing is cut off.
/// </summary>
/// <param name="rows">As many cells each.</param>
public sealed class TextTable(IReadOnlyList<string> headings, IReadOnlyList<IReadOnlyList<string>> rows)
{
    private const string Gap = "  ";

    /// <summary>Whether a column is left-aligned; numbers are right-aligned.</summary>
    public Func<int, bool> IsText { get; init; } = column => column == 0;

    public void Write(TextWriter output, int width)
    {
        foreach (int[] columns in Groups(width))
            WriteGroup(columns, output, width);
    }

    /// <summary>
    /// Columns of a line's display: wide characters (Chinese, Japanese, Korean, emoji) take two, marks upon another none.
    /// </summary>
    public static int Width(string text)
    {
        int width = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark
                or System.Globalization.UnicodeCategory.EnclosingMark or System.Globalization.UnicodeCategory.Format)
                continue;
            width += rune.Value is (>= 0x1100 and <= 0x115f) or (>= 0x2e80 and <= 0xa4cf) or (>= 0xac00 and <= 0xd7a3)
                or (>= 0xf900 and <= 0xfaff) or (>= 0xfe30 and <= 0xfe6f)
                or (>= 0xff00 and <= 0xff60) or (>= 0xffe0 and <= 0xffe6) or (>= 0x1f300 and <= 0x1faff) or (>= 0x20000 and <= 0x3fffd)
                ? 2 : 1;
        }

        return width;
    }

    /// <summary>A text as lines of a width, broken at blanks where it can be.</summary>
    public static IReadOnlyList<string> Wrap(string text, int width)
    {
        List<string> lines = [];
        StringBuilder line = new();
        foreach (string word in text.Split(' ').SelectMany(w => Pieces(w, width)))
        {
            if (line.Length > 0 && Width(line.ToString()) + 1 + Width(word) > width)
            {
                lines.Add(line.ToString());
                line.Clear();
            }

            if (line.Length > 0)
                line.Append(' ');
            line.Append(word);
        }

        lines.Add(line.ToString());
        return lines;
    }

    /// <summary>A word, in pieces where it is wider than a line.</summary>
    private static IEnumerable<string> Pieces(string word, int width)
    {
        StringBuilder piece = new();
        int used = 0;
        foreach (Rune rune in word.EnumerateRunes())
        {
            int more = Width(rune.ToString());
            if (used + more > width && piece.Length > 0)
            {
                yield return piece.ToString();
                piece.Clear();
                used = 0;
            }

            piece.Append(rune);
            used += more;
        }

        yield return piece.ToString();
    }

    private int WidthOf(int column) => Math.Max(Width(headings[column]), rows.Select(r => Width(r[column])).DefaultIfEmpty().Max());

    private List<int[]> Groups(int width)
    {
        List<int[]> groups = [];
        List<int> group = [0];
        int first = WidthOf(0), used = first;
        for (int column = 1; column < headings.Count; column++)
        {
            int more = Gap.Length + WidthOf(column);
            if (group.Count > 1 && used + more > width)
            {
                groups.Add([.. group]);
                group = [0];
                used = first;
            }

            group.Add(column);
            used += more;
        }

        groups.Add([.. group]);
        return groups;
    }

    private void WriteGroup(int[] columns, TextWriter output, int width)
    {
        int[] widths = [.. columns.Select(WidthOf)];
        int others = widths.Skip(1).Sum(w => Gap.Length + w);
        // One column beside the first may still be too wide: cells continue on further lines.
        if (widths[0] + others > width && columns.Length <= 2)
        {
            widths[0] = columns.Length == 1 ? width : Math.Min(widths[0], width / 2);
            if (columns.Length == 2)
                widths[1] = Math.Min(widths[1], width - widths[0] - Gap.Length);
        }

        Row(columns, headings, widths, output);
        output.WriteLine(new string('-', Math.Min(width, widths.Sum() + (Gap.Length * (columns.Length - 1)))));
        foreach (IReadOnlyList<string> row in rows)
            Row(columns, row, widths, output);
        output.WriteLine();
    }

    private void Row(int[] columns, IReadOnlyList<string> cells, int[] widths, TextWriter output)
    {
        IReadOnlyList<string>[] lines = [.. columns.Select((c, i) => Wrap(cells[c], widths[i]))];
        for (int n = 0; n < lines.Max(l => l.Count); n++)
        {
            StringBuilder line = new();
            for (int i = 0; i < columns.Length; i++)
            {
                string cell = n < lines[i].Count ? lines[i][n] : "";
                string padding = new(' ', Math.Max(0, widths[i] - Width(cell)));
                line.Append(i == 0 ? "" : Gap).Append(IsText(columns[i]) ? cell + padding : padding + cell);
            }

            output.WriteLine(line.ToString().TrimEnd());
        }
    }
}
