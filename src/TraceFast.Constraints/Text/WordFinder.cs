using System.Text;

namespace TraceFast.Constraints.Text;

/// <summary>
/// Words. A word is a run of letters and digits of any script but ideographs, with accents; ' ’ - _ . between two of them belong to it (don't, well-known, 3.5, U.S),
/// a comma only between digits (1,000). Each Han character and each kana is a word of its own. The mark of a list item ("1.") and the line of a code fence hold none.
/// </summary>
internal static class WordFinder
{
    public static List<TextSpan> Find(string text, List<Line> lines)
    {
        List<TextSpan> words = new(text.Length / 5 + 1);
        foreach (Line line in lines)
        {
            if (line.Kind is LineKind.Fence or LineKind.Rule)
                continue;
            Find(text.AsSpan(0, line.End), line.Content, words);
        }

        return words;
    }

    private static void Find(ReadOnlySpan<char> text, int start, List<TextSpan> words)
    {
        int i = start;
        while (i < text.Length)
        {
            int c = Script.At(text, i, out int length);
            if (Script.IsIdeograph(c))
                words.Add(new TextSpan(i, length));
            else if (Script.IsLetterOrDigit(c))
                words.Add(new TextSpan(i, length = Run(text, i + length) - i));
            i += length;
        }
    }

    /// <summary>Where the word ends of which everything before <paramref name="i"/> is part.</summary>
    private static int Run(ReadOnlySpan<char> text, int i)
    {
        while (i < text.Length)
        {
            int c = Script.At(text, i, out int length);
            if (c < 0x3005 ? Script.IsLetterOrDigit(c) || Script.IsMark(c) : !Script.IsIdeograph(c) && (Script.IsLetterOrDigit(c) || Script.IsMark(c)))
                i += length;
            else if (c is '\'' or '’' or '-' or '_' or '.' or ',' or '‑' && i + 1 < text.Length && Joins(text, i))
                i++;
            else
                break;
        }

        return i;
    }

    private static bool Joins(ReadOnlySpan<char> text, int i)
    {
        if (text[i] == ',')
            return char.IsAsciiDigit(text[i - 1]) && char.IsAsciiDigit(text[i + 1]);
        int next = Script.At(text, i + 1, out _);
        return Script.IsLetterOrDigit(next) && !Script.IsIdeograph(next);
    }
}
