using System.Text.RegularExpressions;

namespace TraceFast.Evaluation.FollowBench.Programs;

/// <summary>The English summaries: each level adds one condition to those below it.</summary>
internal static partial class EnglishSummary
{
    public static bool Check(string source, string answer, int level) => Conditions(source).Take(level).All(holds => holds(answer));

    private static Func<string, bool>[] Conditions(string source) => source switch
    {
        "cnn_dailymail" =>
        [
            a => Count(a) == 3,
            a => Sentences.Of(a, chinese: false).All(s => Sentences.Words(s) < 15),
            a => SentenceHas(a, 1, "Potter") && SentenceHas(a, 2, "actor") && SentenceHas(a, 3, "films"),
            a => !SentenceHas(a, 2, "lavish"),
            a => Sentences.Of(a, chinese: false) is { Length: >= 3 } s && PresentPerfect().IsMatch(s[2]),
        ],
        "xsum" =>
        [
            a => Count(a) == 1,
            a => Blocks(a) < 20,
            a => !Sentences.HasWord(a, "Newton Stewart"),
            a => PresentContinuous().IsMatch(a),
            a => Sentences.HasWord(a, "operation"),
        ],
        "samsum" =>
        [
            a => Count(a) == 1,
            a => Blocks(a) < 15,
            a => Sentences.HasWord(a, "stuff"),
            a => !a.Contains("procrast", StringComparison.OrdinalIgnoreCase),
            a => a.Count(Sentences.Punctuation.Contains) == 1,
        ],
        "gigaword" =>
        [
            a => Blocks(a) == 8,
            a => !a.Any(Sentences.Punctuation.Contains),
            a => a.Any(char.IsLower) && !a.Any(char.IsUpper),
            a => !Sentences.HasWord(a, "bus"),
            a => Sentences.HasWord(a, "in"),
        ],
        "arxiv" =>
        [
            a => Count(a) == 1,
            a => Blocks(a) <= 20,
            a => a.StartsWith("We", StringComparison.Ordinal),
            a => Sentences.HasWord(a, "activations"),
            a => !Sentences.HasWord(a, "transformer"),
        ],
        _ => throw new ArgumentOutOfRangeException(nameof(source), source, "no program for this source"),
    };

    private static int Count(string answer) => Sentences.Of(answer, chinese: false).Length;

    /// <summary>What stands between single blanks, empty pieces too.</summary>
    private static int Blocks(string answer) => answer.Split(' ').Length;

    private static bool SentenceHas(string answer, int number, string word) =>
        Sentences.Of(answer, chinese: false) is { } s && s.Length >= number && Sentences.HasWord(s[number - 1], word);

    [GeneratedRegex(@"\b(am|is|are)\s+\w+ing\b")]
    private static partial Regex PresentContinuous();

    [GeneratedRegex(@"\b(has|have)\s+\w+")]
    private static partial Regex PresentPerfect();
}
