using TraceFast.Constraints;

namespace TraceFast.Synthesis.Rewards;

/// <summary>
/// What an answer may be that passes checks without being an answer. Words are those of <see cref="Response.Words"/> (a Han character is
/// one), without regard to case; of n words in a row there are as many as the text has, a run that comes twice counted twice.
/// <code>
///   Empty      it has no word
///   Repeated   of its runs of 4 words, more than half have come before in it
///   Copied     of its runs of 8 words, more than half are in its prompt
/// </code>
/// A text of fewer than <see cref="FewestRuns"/> runs neither repeats nor copies: short answers may well do either, and constraints ask for
/// it ("repeat the request", "use the word three times").
/// </summary>
public readonly record struct AnswerGuards(bool Empty, bool Repeated, bool Copied)
{
    /// <summary>Runs that an answer must have to be judged by them.</summary>
    public const int FewestRuns = 4;

    private const int RepeatedRun = 4, CopiedRun = 8;

    /// <summary>One of them holds.</summary>
    public bool Any => Empty || Repeated || Copied;

    public static AnswerGuards Of(string prompt, string answer)
    {
        string[] words = Words(answer);
        string[] runs = Runs(words, RepeatedRun);
        string[] longRuns = Runs(words, CopiedRun);
        HashSet<string> asked = longRuns.Length < FewestRuns ? [] : [.. Runs(Words(prompt), CopiedRun)];
        return new AnswerGuards(
            words.Length == 0,
            runs.Length >= FewestRuns && 2 * (runs.Length - runs.Distinct(StringComparer.Ordinal).Count()) > runs.Length,
            longRuns.Length >= FewestRuns && 2 * longRuns.Count(asked.Contains) > longRuns.Length);
    }

    private static string[] Words(string text)
    {
        Response response = new(text);
        return [.. response.Words.Select(w => response.Span(w).ToString().ToLowerInvariant())];
    }

    private static string[] Runs(string[] words, int length) =>
        [.. Enumerable.Range(0, Math.Max(0, words.Length - length + 1)).Select(i => string.Join(' ', words, i, length))];
}
