using System.Text;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Languages;

/// <summary>
/// Tells the language of a text by its character n-grams, in the manner of the library that the official scorer uses (langdetect; Shuyo 2010, "Language
/// Detection Library for Java"): naive Bayes over n-grams of one to three characters, URLs and mail addresses left out, Latin letters left out where
/// another script prevails. Unlike there, all n-grams are used instead of a random sample, so the answer never changes, and the profiles come from
/// short texts written for this program. Small letters and capitals are read alike.
/// </summary>
internal static class LanguageDetector
{
    private const int MaxCharacters = 10_000;

    /// <summary>The code for Latin text too short to tell.</summary>
    private const string Undetermined = "und";

    private static readonly PythonRegex s_url = PythonRegex.Parse("https?://[-_.?&~;+=/#0-9A-Za-z]{1,2076}");
    private static readonly PythonRegex s_mail = PythonRegex.Parse("[-_.0-9A-Za-z]{1,64}@[-_0-9A-Za-z]{1,255}[-_.0-9A-Za-z]{1,255}");
    private static readonly Lazy<LanguageProfiles> s_profiles = new(LanguageProfiles.Load);

    /// <summary>An ISO 639-1 code ("zh-cn" for Chinese, "und" for a single Latin word); null where the text has no letters that any profile knows.</summary>
    public static string? Detect(string text)
    {
        string letters = Letters(text);
        if (IsOneLatinWord(letters))
            return Undetermined;
        return s_profiles.Value.Best(letters);
    }

    /// <summary>The text as profiles see it: small letters and single spaces.</summary>
    public static string Letters(string text)
    {
        if (text.Contains("http", StringComparison.Ordinal))
            text = s_url.Replace(text, (_, result) => result.Append(' '));
        if (text.Contains('@'))
            text = s_mail.Replace(text, (_, result) => result.Append(' '));
        if (text.Length > MaxCharacters)
            text = text[..MaxCharacters];

        int latin = 0, other = 0;
        foreach (char c in text)
            if (char.IsAsciiLetter(c))
                latin++;
            else if (c >= '\u0300' && c is < '\u1E00' or > '\u1EFF' && char.IsLetter(c))
                other++;
        return Reduce(text, dropLatin: 2 * latin < other);
    }

    private static string Reduce(string text, bool dropLatin)
    {
        StringBuilder letters = new(text.Length + 2);
        letters.Append(' ');
        foreach (char c in text)
        {
            char reduced = dropLatin && char.IsAsciiLetter(c) ? ' ' : Alphabet.Reduce(c);
            if (reduced != ' ' || letters[^1] != ' ')
                letters.Append(reduced);
        }
        return letters[^1] == ' ' ? letters.ToString() : letters.Append(' ').ToString();
    }

    private static bool IsOneLatinWord(string letters)
    {
        ReadOnlySpan<char> word = letters.AsSpan().Trim(' ');
        return !word.IsEmpty && !word.Contains(' ') && word.ContainsAnyInRange('a', 'z');
    }
}
