namespace TraceFast.Constraints.Text;

/// <summary>
/// Where a word or phrase stands in a text, whatever its letter case. At an end of the term that is a letter or digit of a script with blanks between words, the text must not
/// go on with another such ("art" does not stand in "party"); Chinese and Japanese terms stand wherever their characters do. Occurrences do not overlap.
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
            bool goesOn = start > 0 && Spaced(text[start - 1]) && Spaced(text[start]) || end < text.Length && Spaced(text[end - 1]) && Spaced(text[end]);
            if (!goesOn)
                return start;
            from = start + 1;
        }

        return -1;
    }

    /// <summary>A letter or digit of a script that puts blanks between words.</summary>
    private static bool Spaced(char c) => Script.IsLetterOrDigit(char.IsSurrogate(c) ? ' ' : c) && !Script.IsIdeograph(c) && !Script.IsThai(c);
}
