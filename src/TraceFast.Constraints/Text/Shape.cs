using System.Text;

namespace TraceFast.Constraints.Text;

/// <summary>
/// The shape of a line: W for words (with the blanks, hyphens and apostrophes inside them), N for a number, every other character as it is;
/// blanks around separators count as one or none. The mark of a list item and Markdown's ** and ` are left out. "green tea - drink (3)" is
/// "W - W (N)".
/// </summary>
internal static class Shape
{
    public static string Of(ReadOnlySpan<char> line)
    {
        line = line.Trim();
        if (ListMarker.TryRead(line, out ListMarker marker))
            line = line[marker.Length..];
        StringBuilder shape = new();
        bool blank = false;
        int i = 0;
        while (i < line.Length)
        {
            int c = Script.At(line, i, out int length);
            if (char.IsWhiteSpace((char)c) && length == 1)
            {
                blank = true;
                i++;
                continue;
            }

            if (c is '*' or '`')
            {
                i++;
                continue;
            }

            bool word = Script.IsLetterOrDigit(c);
            int end = word ? EndOfWord(line, i) : i + length;
            bool number = word && IsNumber(line[i..end]);
            char last = shape.Length == 0 ? ' ' : shape[^1];
            bool joins = word && !number && last == 'W';
            if (blank && shape.Length > 0 && !joins)
                shape.Append(' ');
            if (!word)
                shape.Append(line.Slice(i, length));
            else if (!joins)
                shape.Append(number ? 'N' : 'W');
            blank = false;
            i = end;
        }

        return shape.ToString();
    }

    private static int EndOfWord(ReadOnlySpan<char> line, int start)
    {
        int i = start;
        while (i < line.Length)
        {
            int c = Script.At(line, i, out int length);
            bool inner = c is '-' or '\'' or '’' or '.' or ',' && i > start && i + 1 < line.Length
                && Script.IsLetterOrDigit(Script.At(line, i + 1, out _));
            if (!inner && !Script.IsLetterOrDigit(c) && !Script.IsMark(c))
                break;
            i += length;
        }

        return i;
    }

    private static bool IsNumber(ReadOnlySpan<char> word)
    {
        foreach (char c in word)
        {
            if (!char.IsDigit(c) && c is not ('.' or ',' or '-'))
                return false;
        }

        return true;
    }
}
