using TraceFast.Constraints.Counting;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints.Content;

/// <summary>What sorts about words that must or must not stand somewhere have in common.</summary>
internal static class TermParts
{
    public static IReadOnlyList<Scope> All { get; } =
        [Scope.Whole, Scope.Title, Scope.FirstSentence, Scope.LastSentence, Scope.FirstParagraph, Scope.LastParagraph, Scope.EachParagraph, Scope.FirstLine, Scope.LastLine, Scope.EachSentence, Scope.EachLine, Scope.EachItem];

    public static IReadOnlyList<Scope> Named { get; } = [.. All.Skip(1)];

    private static readonly IReadOnlyList<Scope> Usual = [Scope.Title, Scope.FirstSentence, Scope.LastSentence, Scope.FirstParagraph, Scope.LastParagraph, Scope.EachParagraph];

    /// <summary>The whole six times of ten.</summary>
    public static Scope Draw(SeededRandom random) => random.Chance(0.6) ? Scope.Whole : random.Pick(Usual);

    /// <summary>Different words; fewer than asked for where there are not enough.</summary>
    public static string[] DrawWords(IReadOnlyList<string> words, int count, SeededRandom random)
    {
        List<string> drawn = [];
        for (int tries = 0; drawn.Count < Math.Min(count, words.Count) && tries < 20; tries++)
        {
            string word = random.Pick(words);
            if (!drawn.Contains(word))
                drawn.Add(word);
        }

        return [.. drawn];
    }

    public static string Describe(Scope part) => part == Scope.Whole ? "the answer" : ScopeNames.Of(part, Language.English)[0];

    public static Verdict Lacks(Scope part) => new(Outcome.Violated, $"the answer has no {Describe(part).Split(' ', 2)[1]}");
}
