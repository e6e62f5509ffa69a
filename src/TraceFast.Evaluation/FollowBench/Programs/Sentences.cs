using System.Text.RegularExpressions;

namespace TraceFast.Evaluation.FollowBench.Programs;

/// <summary>Sentences, words and punctuation as FollowBench's programs count them: text between sentence ends, nothing left out but what is empty.</summary>
internal static class Sentences
{
    /// <summary>ASCII punctuation, as Python's string.punctuation lists it.</summary>
    public const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    private static readonly char[] EnglishEnds = ['.', '!', '?'], ChineseEnds = ['。', '！', '？'];

    public static string[] Of(string text, bool chinese) => [.. text.Split(chinese ? ChineseEnds : EnglishEnds).Where(s => s.Length > 0)];

    /// <summary>Blocks between white space.</summary>
    public static int Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

    public static int Characters(string text) => text.EnumerateRunes().Count();

    /// <summary>The word stands in the text on its own.</summary>
    public static bool HasWord(string text, string word) => Regex.IsMatch(text, $@"\b{Regex.Escape(word)}\b", RegexOptions.CultureInvariant);
}
