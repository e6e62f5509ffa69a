using System.Reflection;

namespace TraceFast.Evaluation.IfEval.Languages;

/// <summary>
/// How likely each n-gram is in each language. The weight of n-gram g in language l is log(1 + p(g | l) / e) with e = 0.5 / 10,000 (Shuyo 2010): a sum of weights is,
/// up to a constant, the log-likelihood with e added to every probability.
/// </summary>
internal sealed class LanguageProfiles
{
    private const double Smoothing = 0.5 / 10_000;
    private const int Longest = 3;

    private readonly string[] codes;
    private readonly Dictionary<ulong, (byte Language, float Weight)[]> weights;

    private LanguageProfiles(string[] codes, Dictionary<ulong, (byte, float)[]> weights)
    {
        this.codes = codes;
        this.weights = weights;
    }

    /// <summary>Profiles of the texts in Samples/, one file per language.</summary>
    public static LanguageProfiles Load()
    {
        Assembly assembly = typeof(LanguageProfiles).Assembly;
        const string prefix = "Languages/";
        string[] names = [.. assembly.GetManifestResourceNames().Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
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
        return new LanguageProfiles([.. names.Select(n => Path.GetFileNameWithoutExtension(n[prefix.Length..]))], weights.ToDictionary(w => w.Key, w => w.Value.ToArray()));
    }

    /// <summary>The likeliest language of reduced letters; null where no n-gram is known.</summary>
    public string? Best(string letters)
    {
        double[] scores = new double[codes.Length];
        bool any = false;
        foreach (ulong gram in Grams(letters))
            if (weights.TryGetValue(gram, out (byte Language, float Weight)[]? known))
            {
                any = true;
                foreach ((byte language, float weight) in known)
                    scores[language] += weight;
            }
        return any ? codes[Array.IndexOf(scores, scores.Max())] : null;
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
