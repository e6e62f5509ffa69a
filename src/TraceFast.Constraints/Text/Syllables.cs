using System.Collections.Frozen;
using System.Globalization;
using TraceFast.Constraints.Templates;
using TraceFast.Data.Files;

namespace TraceFast.Constraints.Text;

/// <summary>
/// Syllables of English words by spelling; at least one each. A group of vowels (a e i o u y) is one, but vowels spoken apart are two: io,
/// ia, iu, eo (not after t, s, c, g, x), ua (not after q, g), ien and iet (not after t, c, r), a vowel before -ing. A final e is silent
/// (not -le after a consonant), and so are the e of -ed and -es where it is not spoken and an e before -ly, -ful, -less, -ness and -ment;
/// final -sm and -thm, and n't after d or s, are one more. Digits are one each. A short list has common words that their spelling misleads
/// about.
/// </summary>
internal static class Syllables
{
    private static readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> s_irregular =
        ResourceBlocks.Of(typeof(ConstraintTypes), "text.txt")["syllables"]
            .Select(l => l.Split(" = "))
            .ToFrozenDictionary(w => w[0], w => int.Parse(w[1], CultureInfo.InvariantCulture), StringComparer.OrdinalIgnoreCase)
            .GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly string[] s_suffixes = ["ly", "ful", "less", "ness", "ment", "ments"];

    public static int Count(ReadOnlySpan<char> word)
    {
        int count = 0;
        foreach (Range piece in word.SplitAny("-'’_.,"))
            count += CountPiece(word[piece]);
        return Math.Max(1, count);
    }

    private static int CountPiece(ReadOnlySpan<char> word)
    {
        if (s_irregular.TryGetValue(word, out int known))
            return known;
        int count = 0;
        bool hasVowel = false;
        char before = ' ', beforeVowels = ' ';
        for (int i = 0; i < word.Length; i++)
        {
            char c = char.ToLowerInvariant(word[i]);
            bool vowel = IsVowel(c) && !(c == 'y' && i == 0);
            if (char.IsDigit(c))
            {
                count++;
                c = ' ';
            }
            else if (vowel && (!IsVowel(before) || before == 'y' && i == 1))
            {
                count++;
                beforeVowels = before;
            }
            else if (vowel && IsApart(before, c, beforeVowels, word[(i + 1)..]))
            {
                count++;
            }

            hasVowel |= vowel;
            before = c;
        }

        if (!hasVowel)
            return count > 0 ? count : word.Length > 1 ? 1 : 0; // "hmm"; the t of don't
        return Math.Max(1, count - Silent(word) + Added(word));
    }

    private static bool IsVowel(char c) => c is 'a' or 'e' or 'i' or 'o' or 'u' or 'y';

    private static bool IsApart(char first, char second, char beforeVowels, ReadOnlySpan<char> rest) => (first, second) switch
    {
        (_, 'i') when rest.Equals("ng", StringComparison.OrdinalIgnoreCase)
            || rest.Equals("ngs", StringComparison.OrdinalIgnoreCase) => true,
        ('i', 'o') or ('i', 'a') or ('e', 'o') or ('i', 'u') => beforeVowels is not ('t' or 's' or 'c' or 'g' or 'x'),
        ('u', 'a') => beforeVowels is not ('q' or 'g'),
        ('i', 'e') => rest.Length > 0 && char.ToLowerInvariant(rest[0]) is 'n' or 't' && beforeVowels is not ('t' or 'c'),
        _ => false,
    };

    private static int Silent(ReadOnlySpan<char> word)
    {
        int silent = EndsSilent(word) ? 1 : 0;
        foreach (string suffix in s_suffixes)
        {
            if (word.EndsWith(suffix, StringComparison.OrdinalIgnoreCase) && word.Length > suffix.Length + 2
                && EndsSilent(word[..^suffix.Length]))
                return char.ToLowerInvariant(word[^(suffix.Length + 1)]) == 'e' ? silent + 1 : silent;
        }

        return silent;
    }

    /// <summary>Whether the final e, or the e of final -es and -ed, is not spoken, in a word that has another vowel.</summary>
    private static bool EndsSilent(ReadOnlySpan<char> word)
    {
        if (word.Length < 3 || !HasVowel(word[..^2]))
            return false;
        (char fourth, char third, char second, char last) = (word.Length > 3 ? char.ToLowerInvariant(word[^4])
            : ' ', char.ToLowerInvariant(word[^3]), char.ToLowerInvariant(word[^2]), char.ToLowerInvariant(word[^1]));
        if (last == 'e')
            return !IsVowel(second) && !(second == 'l' && !IsVowel(third));
        if (second != 'e' || IsVowel(third))
            return false;
        return last switch
        {
            'd' => third is not ('t' or 'd'),
            's' => third is not ('s' or 'x' or 'z' or 'c' or 'g' or 'h') && !(third == 'l' && !IsVowel(fourth)),
            _ => false,
        };
    }

    private static bool HasVowel(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (IsVowel(char.ToLowerInvariant(c)))
                return true;
        }

        return false;
    }

    private static int Added(ReadOnlySpan<char> word) =>
        word.EndsWith("sm", StringComparison.OrdinalIgnoreCase) || word.EndsWith("thm", StringComparison.OrdinalIgnoreCase)
            || word.EndsWith("dn", StringComparison.OrdinalIgnoreCase) || word.EndsWith("sn", StringComparison.OrdinalIgnoreCase) ? 1 : 0;
}
