using System.Reflection;
using System.Text;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Languages;

/// <summary>
/// Detects the language of a text by its character n-grams, like the library that the official scorer uses (langdetect; Shuyo
/// 2010, "Language Detection Library for Java"): naive Bayes over n-grams of one to three characters, URLs and mail addresses left out,
/// Latin letters left out where another script prevails. Unlike langdetect it uses all n-grams, not a random sample, so the
/// answer never changes, and its profiles come from short texts written for this program. Case is ignored.
/// </summary>
internal static class LanguageDetector
{
    private const int MaxCharacters = 10_000;

    /// <summary>The code for Latin text that is too short to detect.</summary>
    private const string Undetermined = "und";

    private static readonly PythonRegex s_url = PythonRegex.Parse("https?://[-_.?&~;+=/#0-9A-Za-z]{1,2076}");
    private static readonly PythonRegex s_mail = PythonRegex.Parse("[-_.0-9A-Za-z]{1,64}@[-_0-9A-Za-z]{1,255}[-_.0-9A-Za-z]{1,255}");
    private static readonly Lazy<LanguageProfiles> s_profiles = new(LanguageProfiles.Load);

    /// <summary>
    /// An ISO 639-1 code ("zh-cn" for Chinese, "und" for a single Latin word); null where the text has no letters that any profile knows.
    /// </summary>
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

/// <summary>
/// How likely each n-gram is in each language. The weight of n-gram g in language l is log(1 + p(g | l) / e) with e = 0.5 / 10,000 (Shuyo
/// 2010): a sum of weights is, up to a constant, the log-likelihood with e added to every probability.
/// </summary>
internal sealed class LanguageProfiles
{
    private const double Smoothing = 0.5 / 10_000;
    private const int Longest = 3;

    private readonly string[] _codes;
    private readonly Dictionary<ulong, (byte Language, float Weight)[]> _weights;

    private LanguageProfiles(string[] codes, Dictionary<ulong, (byte, float)[]> weights)
    {
        _codes = codes;
        _weights = weights;
    }

    /// <summary>Profiles of the texts in Samples/, one file per language.</summary>
    public static LanguageProfiles Load()
    {
        Assembly assembly = typeof(LanguageProfiles).Assembly;
        const string prefix = "Languages/";
        string[] names = [
            .. assembly.GetManifestResourceNames().Where(n => n.StartsWith(prefix, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)];
        Dictionary<ulong, List<(byte, float)>> weights = [];
        for (int language = 0; language < names.Length; language++)
        {
            using StreamReader reader = new(assembly.GetManifestResourceStream(names[language])!);
            foreach ((ulong gram, double share) in Shares(LanguageDetector.Letters(reader.ReadToEnd())))
            {
                if (!weights.TryGetValue(gram, out List<(byte, float)>? list))
                    weights.Add(gram, list = []);
                list.Add(((byte)language, (float)Math.Log(1 + (share / Smoothing))));
            }
        }
        return new LanguageProfiles(
            [.. names.Select(n => Path.GetFileNameWithoutExtension(n[prefix.Length..]))],
            weights.ToDictionary(w => w.Key, w => w.Value.ToArray()));
    }

    /// <summary>The likeliest language of reduced letters; null where no n-gram is known.</summary>
    public string? Best(string letters)
    {
        double[] scores = new double[_codes.Length];
        bool any = false;
        foreach (ulong gram in Grams(letters))
            if (_weights.TryGetValue(gram, out (byte Language, float Weight)[]? known))
            {
                any = true;
                foreach ((byte language, float weight) in known)
                    scores[language] += weight;
            }
        return any ? _codes[Array.IndexOf(scores, scores.Max())] : null;
    }

    /// <summary>Of each n-gram, its share of the n-grams of its length.</summary>
    private static IEnumerable<(ulong Gram, double Share)> Shares(string letters)
    {
        Dictionary<ulong, int> counts = [];
        int[] totals = new int[Longest + 1];
        foreach (ulong gram in Grams(letters))
        {
            counts[gram] = counts.GetValueOrDefault(gram) + 1;
            totals[Length(gram)]++;
        }
        return counts.Select(c => (c.Key, (double)c.Value / totals[Length(c.Key)]));
    }

    /// <summary>Letters; pairs and triples within a word and the spaces around it. Packed, 16 bits a character.</summary>
    private static IEnumerable<ulong> Grams(string letters)
    {
        for (int i = 0; i < letters.Length; i++)
        {
            char c = letters[i];
            if (c != ' ')
                yield return c;
            char before = i > 0 ? letters[i - 1] : '\0';
            if (i > 0 && (c != ' ' || before != ' '))
                yield return ((ulong)before << 16) | c;
            if (i > 1 && before != ' ')
                yield return ((ulong)letters[i - 2] << 32) | ((ulong)before << 16) | c;
        }
    }

    private static int Length(ulong gram) => gram > uint.MaxValue ? 3 : gram > ushort.MaxValue ? 2 : 1;
}

/// <summary>Maps characters to those that profiles count: small letters; one represents all of a large set.</summary>
internal static class Alphabet
{
    private const char Hiragana = '\u3042', Katakana = '\u30A2', Hangul = '\uAC00', Han = '\u4E00';

    /// <summary>A small letter or mark, or a space for everything else.</summary>
    public static char Reduce(char c) => c switch
    {
        >= 'a' and <= 'z' => c,
        >= 'A' and <= 'Z' => (char)(c | 0x20),
        < '\u00AA' => ' ',
        >= '\u3040' and <= '\u309F' => Hiragana,
        >= '\u30A0' and <= '\u30FF' => Katakana,
        >= '\u1100' and <= '\u11FF' or >= '\u3130' and <= '\u318F' or >= '\uAC00' and <= '\uD7A3' => Hangul,
        >= '\u3400' and <= '\u9FFF' or >= '\uF900' and <= '\uFAFF' => Han,
        '\u0219' => '\u015F',
        '\u021B' => '\u0163',
        // Persian and Arabic typing differ in these two alone.
        '\u06CC' => '\u064A',
        '\u06A9' => '\u0643',
        _ => char.GetUnicodeCategory(c) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
            ? char.ToLowerInvariant(c)
            : ' ',
    };
}
