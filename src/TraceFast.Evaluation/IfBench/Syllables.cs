using System.Collections.Frozen;
using TraceFast.Data.Files;

namespace TraceFast.Evaluation.IfBench;

/// <summary>
/// How many syllables an English word has, as syllapy 0.7.2 counts: by its table, else
/// <code>
///   runs of the vowels a e i o u y  - 1 where it ends in e  + 1 where it ends in le after no vowel;  1 at least
/// </code>
/// and 0 for a word with a digit in it.
/// </summary>
internal static class Syllables
{
    private const string Vowels = "aeiouy";

    private static readonly FrozenDictionary<string, int> s_known = Known();

    /// <param name="word">In lower case, without marks and white space, not empty.</param>
    public static int Of(string word) =>
        word.EnumerateRunes().Any(System.Text.Rune.IsDigit) ? 0 : s_known.TryGetValue(word, out int count) ? count : ByRule(word);

    private static FrozenDictionary<string, int> Known()
    {
        ResourceBlocks lists = ResourceBlocks.Of(typeof(Syllables), "IfBench/syllables.txt");
        return lists.Names.SelectMany(
                lists.Words, (number, word) => KeyValuePair.Create(word, int.Parse(number, CultureInfo.InvariantCulture)))
            .ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static int ByRule(string word)
    {
        int count = 0;
        for (int i = 0; i < word.Length; i++)
            if (Vowels.Contains(word[i]) && (i == 0 || !Vowels.Contains(word[i - 1])))
                count++;
        if (word.EndsWith('e'))
            count--;
        if (word.Length > 2 && word.EndsWith("le", StringComparison.Ordinal) && !Vowels.Contains(word[^3]))
            count++;
        return count == 0 ? 1 : count;
    }
}
