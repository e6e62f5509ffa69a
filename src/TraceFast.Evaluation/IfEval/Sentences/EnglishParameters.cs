using System.Collections.Frozen;
using TraceFast.Data.Files;

namespace TraceFast.Evaluation.IfEval.Sentences;

/// <summary>How a word (its lower-case type) is known to be written.</summary>
[Flags]
internal enum Orthography
{
    None = 0,

    /// <summary>With a small first letter.</summary>
    Lower = 1,

    /// <summary>With a small first letter at a sentence's start.</summary>
    LowerAtStart = 2,

    /// <summary>With a capital inside a sentence.</summary>
    UpperInside = 4,

    /// <summary>With a capital anywhere.</summary>
    Upper = 8,
}

/// <summary>
/// What Punkt learns from a corpus, here written by hand for English: abbreviations, frequent sentence starters, and how common words are
/// written. NLTK's trained tables (156 abbreviations, 37 collocations, 39 starters, 20,366 words) are not part of this program.
/// </summary>
internal static class EnglishParameters
{
    /// <summary>The type of every number.</summary>
    public const string Number = "##number##";

    /// <summary>Without their last dot. Not among them, as in the trained list: fig, e.g, i.e, etc, al, no, vol.</summary>
    private static readonly FrozenSet<string> s_abbreviations = List("abbreviations");

    /// <summary>Of the trained pairs only what their kind is: an initial or number that goes with the next word.</summary>
    private static readonly FrozenSet<(string, string)> s_collocations = new[] { ("st", "louis"), ("st", "petersburg"),
        ("u.s", "district") }.ToFrozenSet();

    private static readonly FrozenSet<string> s_starters = List("sentence starters");

    /// <summary>Written with a capital at a sentence's start alone.</summary>
    private static readonly FrozenSet<string> s_lowerInside = List("capital at a start alone");

    /// <summary>Written with a small letter and, in names, titles and quoted speech, with a capital inside sentences.</summary>
    private static readonly FrozenSet<string> s_both = List("small and capital");

    public static bool IsAbbreviation(string lower) =>
        s_abbreviations.Contains(lower) || s_abbreviations.Contains(lower[(lower.LastIndexOf('-') + 1)..]);

    public static bool IsCollocation(string first, string second) => s_collocations.Contains((first, second));

    public static bool IsFrequentStarter(string type) => s_starters.Contains(type);

    public static Orthography Of(string type) =>
        s_lowerInside.Contains(type) ? Orthography.Lower | Orthography.Upper
        : s_both.Contains(type) ? Orthography.Lower | Orthography.Upper | Orthography.UpperInside
        : Orthography.None;

    private static FrozenSet<string> List(string name) =>
        ResourceBlocks.Of(typeof(EnglishParameters), "Sentences/english.txt")[name]
            .SelectMany(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToFrozenSet(StringComparer.Ordinal);
}
