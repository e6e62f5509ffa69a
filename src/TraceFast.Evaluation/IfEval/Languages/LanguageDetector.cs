using System.Text;
using TraceFast.Data.CodePoints;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Languages;

/// <summary>
/// Detects the language of a text as the library of the official scorer does, langdetect 1.0.9 (after S. Nakatani, "Language Detection
/// Library for Java", 2010), from the same profiles: naive Bayes over n-grams of one to three characters, URLs and mail addresses left out,
/// Latin letters left out where another script prevails, words in capitals left out but for their first letter. In each of seven trials
/// n-grams g of the text are drawn until one language is sure:
/// <code>
///   p(l) *= p(g | l) + a / 10,000      a normal, mean 0.5, deviation 0.05, drawn for each trial
/// </code>
/// and the trials are averaged. What is drawn is what langdetect draws after DetectorFactory.seed = 0, so that the answer never changes.
/// </summary>
internal static class LanguageDetector
{
    private const int MaxCharacters = 10_000;

    /// <summary>Stands for a character outside the Basic Multilingual Plane, which no profile has.</summary>
    private const char Outside = '\uFFFF';

    private const string VietnameseLetters = "AEIOUYaeiouyÂÊÔâêôĂăƠơƯư", ToneMarks = "\u0300\u0301\u0303\u0309\u0323";

    private static readonly PythonRegex s_url = PythonRegex.Parse("https?://[-_.?&~;+=/#0-9A-Za-z]{1,2076}");
    private static readonly PythonRegex s_mail = PythonRegex.Parse("[-_.0-9A-Za-z]{1,64}@[-_0-9A-Za-z]{1,255}[-_.0-9A-Za-z]{1,255}");
    private static readonly UnicodeNormalization s_composed = new(UnicodeForm.NFC);
    private static readonly Lazy<LanguageProfiles> s_profiles = new(LanguageProfiles.Load);

    /// <summary>
    /// langdetect's code, ISO 639-1 but for zh-cn and zh-tw; null where the text has no n-gram that any profile knows.
    /// </summary>
    public static string? Detect(string text)
    {
        LanguageProfiles profiles = s_profiles.Value;
        List<GramShares> grams = Grams(Clean(text), profiles);
        return grams.Count > 0 ? profiles.Likeliest(grams) : null;
    }

    /// <summary>One character for each code point, without addresses and repeated spaces; without Latin letters in other scripts.</summary>
    private static string Clean(string text)
    {
        if (text.Contains("http", StringComparison.Ordinal))
            text = s_url.Replace(text, (_, result) => result.Append(' '));
        if (text.Contains('@'))
            text = s_mail.Replace(text, (_, result) => result.Append(' '));
        StringBuilder characters = new(Math.Min(text.Length, MaxCharacters));
        int read = 0;
        char before = '\0';
        foreach (char c in Composed(text))
        {
            if (read++ == MaxCharacters)
                break;
            if (c != ' ' || before != ' ')
                characters.Append(c);
            before = c;
        }

        string clean = characters.ToString();
        int latin = clean.Count(IsLatin), other = clean.Count(c => c >= '\u0300');
        return 2 * latin < other ? string.Concat(clean.Where(c => !IsLatin(c))) : clean;

        static bool IsLatin(char c) => c is >= 'A' and <= 'z';
    }

    /// <summary>Vietnamese letters with their tone marks as one character.</summary>
    private static IEnumerable<char> Composed(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
                yield return Outside;
            }
            else if (i + 1 < text.Length && ToneMarks.Contains(text[i + 1]) && VietnameseLetters.Contains(c))
                yield return s_composed.Normalize(text.Substring(i++, 2))[0];
            else
                yield return c;
        }
    }

    /// <summary>
    /// The n-grams that some language has, within a word and the space before it; none from the second of two capitals on until the word
    /// ends.
    /// </summary>
    private static List<GramShares> Grams(string text, LanguageProfiles profiles)
    {
        List<GramShares> found = [];
        Span<char> last = stackalloc char[LanguageProfiles.Longest];
        last[0] = ' ';
        int length = 1;
        bool capitals = false;
        foreach (char c in text)
        {
            char letter = Alphabet.Reduce(c), before = last[length - 1];
            if (before == ' ')
            {
                last[0] = ' ';
                (length, capitals) = (1, false);
            }
            if (before != ' ' || letter != ' ')
            {
                if (length == last.Length)
                    last[1..].CopyTo(last);
                else
                    length++;
                last[length - 1] = letter;
                capitals = char.IsUpper(letter) && (capitals || char.IsUpper(before));
            }
            for (int n = 1; n <= length && !capitals; n++)
                if ((n > 1 || last[length - 1] != ' ') && profiles.Find(last[(length - n)..length]) is { } gram)
                    found.Add(gram);
        }
        return found;
    }
}

/// <summary>An n-gram's share of the n-grams of its length, in each language that has it.</summary>
internal readonly record struct GramShares(List<(int Language, double Share)> Of);

/// <summary>
/// How often each n-gram is in each language: Profiles/LANGUAGE.txt, the n-grams of one, two and three characters that were counted, then
/// n-gram and count of each, with a tab between them.
/// </summary>
internal sealed class LanguageProfiles
{
    public const int Longest = 3;

    private const double Smoothing = 0.5, SmoothingDeviation = 0.05, Base = 10_000; // a; of what it is a share
    private const double Sure = 0.99999, Least = 0.1;
    private const int Trials = 7, MostDraws = 1000, DrawsPerLook = 5;
    private const int MostGrams = 90_000; // all profiles have 87,598
    private const string Undecided = "unknown";
    private const string Folder = "Languages/";

    private readonly string[] _codes;
    private readonly Dictionary<string, List<(int Language, double Share)>>.AlternateLookup<ReadOnlySpan<char>> _grams;

    private LanguageProfiles(
        string[] codes, Dictionary<string, List<(int Language, double Share)>>.AlternateLookup<ReadOnlySpan<char>> grams) =>
        (_codes, _grams) = (codes, grams);

    public static LanguageProfiles Load()
    {
        string[] names =
        [
            .. typeof(LanguageProfiles).Assembly.GetManifestResourceNames()
                .Where(n => n.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal),
        ];
        Dictionary<string, List<(int, double)>> grams = new(MostGrams, StringComparer.Ordinal);
        Dictionary<string, List<(int, double)>>.AlternateLookup<ReadOnlySpan<char>> lookup =
            grams.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int language = 0; language < names.Length; language++)
        {
            using StreamReader reader = new(typeof(LanguageProfiles).Assembly.GetManifestResourceStream(names[language])!);
            double[] totals = [.. reader.ReadLine()!.Split(' ').Select(t => double.Parse(t, CultureInfo.InvariantCulture))];
            while (reader.ReadLine() is { } line)
            {
                int tab = line.IndexOf('\t', StringComparison.Ordinal);
                double share = int.Parse(line.AsSpan(tab + 1), CultureInfo.InvariantCulture) / totals[tab - 1];
                if (!lookup.TryGetValue(line.AsSpan(0, tab), out List<(int, double)>? list))
                    grams.Add(line[..tab], list = new(1));
                list.Add((language, share));
            }
        }
        return new LanguageProfiles(
            [.. names.Select(n => Path.GetFileNameWithoutExtension(n[Folder.Length..]))], lookup);
    }

    /// <summary>Null: no language has it.</summary>
    public GramShares? Find(ReadOnlySpan<char> gram) =>
        _grams.TryGetValue(gram, out List<(int, double)>? found) ? new GramShares(found) : null;

    /// <param name="grams">At least one.</param>
    public string Likeliest(IReadOnlyList<GramShares> grams)
    {
        PythonRandom random = new(0);
        double[] mean = new double[_codes.Length];
        for (int trial = 0; trial < Trials; trial++)
        {
            double[] probability = Trial(grams, random);
            for (int l = 0; l < mean.Length; l++)
                mean[l] += probability[l] / Trials;
        }
        double most = mean.Max();
        return most > Least ? _codes[Array.IndexOf(mean, most)] : Undecided;
    }

    private double[] Trial(IReadOnlyList<GramShares> grams, PythonRandom random)
    {
        double[] probability = new double[_codes.Length], factors = new double[_codes.Length];
        Array.Fill(probability, 1.0 / _codes.Length);
        double least = (Smoothing + (random.NextGauss() * SmoothingDeviation)) / Base;
        for (int draw = 0; ; draw++)
        {
            Array.Fill(factors, least);
            foreach ((int language, double share) in grams[random.Below(grams.Count)].Of)
                factors[language] += share;
            for (int l = 0; l < probability.Length; l++)
                probability[l] *= factors[l];
            if (draw % DrawsPerLook != 0)
                continue;
            double sum = probability.Sum();
            for (int l = 0; l < probability.Length; l++)
                probability[l] /= sum;
            if (probability.Max() > Sure || draw >= MostDraws)
                return probability;
        }
    }
}

/// <summary>What profiles count a character as: one stands for all of a large set, a space for what is no letter.</summary>
internal static class Alphabet
{
    private const char Hiragana = '\u3042', Katakana = '\u30A2', Bopomofo = '\u3105', Hangul = '\uAC00', VietnameseLetter = '\u1EC3';

    /// <summary>ideographs.txt: each line is a set of which the first one stands for all.</summary>
    private static readonly Lazy<Dictionary<char, char>> s_ideographs = new(() =>
    {
        Dictionary<char, char> first = [];
        using StreamReader reader = new(typeof(Alphabet).Assembly.GetManifestResourceStream("ideographs.txt")!);
        while (reader.ReadLine() is { } line)
            foreach (char c in line)
                first[c] = line[0];
        return first;
    });

    public static char Reduce(char c) => c switch
    {
        < '\u0080' => char.IsAsciiLetter(c) ? c : ' ',
        '\u00A0' or '\u00AB' or '\u00B0' or '\u00BB' => ' ',
        '\u0219' => '\u015F',
        '\u021B' => '\u0163',
        '\u06CC' => '\u064A', // Persian and Arabic typing differ in it
        >= '\u1EA0' and <= '\u1EFF' => VietnameseLetter,
        >= '\u2000' and <= '\u206F' => ' ',
        >= '\u3040' and <= '\u309F' => Hiragana,
        >= '\u30A0' and <= '\u30FF' => Katakana,
        >= '\u3100' and <= '\u312F' or >= '\u31A0' and <= '\u31BF' => Bopomofo,
        >= '\u4E00' and <= '\u9FFF' => s_ideographs.Value.GetValueOrDefault(c, c),
        >= '\uAC00' and <= '\uD7AF' => Hangul,
        _ => c,
    };
}
