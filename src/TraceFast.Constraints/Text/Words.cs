namespace TraceFast.Constraints.Text;

/// <summary>
/// Words. A word is a run of letters and digits of any script but ideographs, with accents; ' ’ - _ . between two of them belong to it
/// (don't, well-known, 3.5, U.S), a comma only between digits (1,000). Each Han character and each kana is a word of its own. The mark of a
/// list item ("1.") and the line of a code fence hold none.
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
            if (c < 0x3005 ? Script.IsLetterOrDigit(c) || Script.IsMark(c) : !Script.IsIdeograph(c) && (Script.IsLetterOrDigit(c)
                || Script.IsMark(c)))
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

/// <summary>
/// Where a word or phrase appears in a text, whatever its letter case. At an end of the term that is a letter or digit of a script with
/// blanks between words, the text must not go on with another such ("art" is not found in "party"); Chinese and Japanese terms are found
/// wherever their characters do. Occurrences do not overlap.
/// </summary>
internal static class Terms
{
    public static bool Contains(ReadOnlySpan<char> text, string term) => Next(text, term, 0) >= 0;

    public static int Count(ReadOnlySpan<char> text, string term)
    {
        int count = 0;
        for (int at = Next(text, term, 0); at >= 0; at = Next(text, term, at + term.Length))
            count++;
        return count;
    }

    /// <summary>The start of the first occurrence from a position on; -1: none.</summary>
    public static int Next(ReadOnlySpan<char> text, string term, int from)
    {
        while (from <= text.Length - term.Length)
        {
            int found = text[from..].IndexOf(term, StringComparison.OrdinalIgnoreCase);
            if (found < 0)
                return -1;
            int start = from + found, end = start + term.Length;
            bool goesOn = start > 0 && Spaced(text[start - 1]) && Spaced(text[start]) || end < text.Length && Spaced(text[end - 1])
                && Spaced(text[end]);
            if (!goesOn)
                return start;
            from = start + 1;
        }

        return -1;
    }

    /// <summary>A letter or digit of a script that puts blanks between words.</summary>
    private static bool Spaced(char c) =>
        Script.IsLetterOrDigit(char.IsSurrogate(c) ? ' ' : c) && !Script.IsIdeograph(c) && !Script.IsThai(c);
}

/// <summary>
/// Numbers in digits. A number is a run of ASCII or full-width digits that no letter is before (so not the 4 of GPT4), with dots and
/// commas between digits (3.5, 1,000). The number of a list item ("1.") is none.
/// </summary>
internal static class Numbers
{
    public static List<TextSpan> Find(Response response, TextSpan place)
    {
        List<TextSpan> numbers = [];
        ReadOnlySpan<char> text = response.Text;
        int placeEnd = place.Start + place.Length;
        foreach (Line line in response.Structure)
        {
            int i = Math.Max(place.Start, line.Kind is LineKind.Item ? line.Content : line.Start), end = Math.Min(line.End, placeEnd);
            for (; i < end; i++)
            {
                if (!IsDigit(text[i]))
                    continue;
                int start = i;
                i++;
                while (i < end && (IsDigit(text[i]) || IsPoint(text[i]) && i + 1 < end && IsDigit(text[i + 1])))
                    i++;
                if (start == 0 || !char.IsLetter(text[start - 1]) || Script.IsIdeograph(text[start - 1]))
                    numbers.Add(new TextSpan(start, i - start));
            }
        }

        return numbers;
    }

    /// <summary>Digits after the only point; 0: a whole number; null: no plain number (1.2.3).</summary>
    public static int? Decimals(ReadOnlySpan<char> number)
    {
        int points = number.Count('.') + number.Count('．');
        return points > 1 ? null : points == 0 ? 0 : number.Length - 1 - number.IndexOfAny('.', '．');
    }

    public static bool IsDigit(char c) => char.IsAsciiDigit(c) || c is >= '０' and <= '９';

    private static bool IsPoint(char c) => c is '.' or ',' or '．' or '，';
}
