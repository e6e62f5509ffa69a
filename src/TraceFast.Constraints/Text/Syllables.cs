namespace TraceFast.Constraints.Text;

/// <summary>
/// Syllables of English words by spelling: groups of vowels (a e i o u y), two for io, ia, eo, iu, ua inside where they are spoken apart (li-on, po-et: ia, eo, io behind other than t, s, c, g, x; ua behind other than q, g; ue, oi and the rest
/// count one); less a silent final e (not -le behind a consonant) and the e of -ed and -es where it is not spoken. At least one each. Numbers count one for each digit.
/// </summary>
internal static class Syllables
{
    public static int Count(ReadOnlySpan<char> word)
    {
        int count = 0;
        foreach (Range piece in word.SplitAny("-'’_.,"))
            count += CountPiece(word[piece]);
        return Math.Max(1, count);
    }

    private static int CountPiece(ReadOnlySpan<char> word)
    {
        if (word.IsEmpty)
            return 0;
        int groups = 0;
        char before = ' ', beforeVowels = ' ';
        bool hasVowel = false;
        for (int i = 0; i < word.Length; i++)
        {
            char c = char.ToLowerInvariant(word[i]);
            if (char.IsDigit(c))
            {
                groups++;
                hasVowel = true;
                before = ' ';
                continue;
            }

            bool vowel = IsVowel(c) && !(c == 'y' && i == 0);
            if (vowel && !IsVowelSound(before, i))
            {
                groups++;
                beforeVowels = before;
            }
            else if (vowel && IsHiatus(before, c, beforeVowels))
            {
                groups++;
            }

            hasVowel |= vowel;
            before = c;
        }

        if (!hasVowel)
            return word.Length <= 3 && word.Length > 1 ? 1 : word.Length == 1 ? word[0] is 's' or 't' or 'd' or 'm' ? 0 : 1 : 1;
        if (groups > 1 && EndsSilent(word))
            groups--;
        return Math.Max(1, groups);
    }

    private static bool IsVowel(char c) => c is 'a' or 'e' or 'i' or 'o' or 'u' or 'y';

    private static bool IsVowelSound(char before, int index) => IsVowel(before) && !(before == 'y' && index == 1);

    private static bool IsHiatus(char first, char second, char beforeVowels) => (first, second) switch
    {
        ('i', 'o') or ('i', 'a') or ('e', 'o') or ('i', 'u') => beforeVowels is not ('t' or 's' or 'c' or 'g' or 'x' or 'l' and 'i'),
        ('u', 'a') => beforeVowels is not ('q' or 'g'),
        ('y', 'i') => true,
        _ => false,
    };

    /// <summary>Whether the final e, or the e of final -es and -ed, is not spoken.</summary>
    private static bool EndsSilent(ReadOnlySpan<char> word)
    {
        Span<char> end = stackalloc char[4];
        end.Fill(' ');
        for (int i = 0; i < Math.Min(4, word.Length); i++)
            end[3 - i] = char.ToLowerInvariant(word[word.Length - 1 - i]);
        (char third, char second, char last) = (end[1], end[2], end[3]);
        if (last == 'e')
            return !IsVowel(second) && !(second == 'l' && !IsVowel(third) && third != ' ');
        if (second != 'e' || IsVowel(third))
            return false;
        return last switch
        {
            'd' => third is not ('t' or 'd'),
            's' => third is not ('s' or 'x' or 'z' or 'c' or 'g' or 'h') && !(third == 'l' && !IsVowel(end[0])),
            _ => false,
        };
    }
}
