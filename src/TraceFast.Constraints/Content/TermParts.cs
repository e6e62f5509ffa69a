using TraceFast.Constraints.Counting;
using TraceFast.Constraints.Drawing;

namespace TraceFast.Constraints.Content;

/// <summary>What sorts about words that must or must not stand somewhere have in common.</summary>
internal static class TermParts
{
    public static IReadOnlyList<Part> All { get; } =
        [Part.Whole, Part.Title, Part.FirstSentence, Part.LastSentence, Part.FirstParagraph, Part.LastParagraph, Part.EachParagraph, Part.FirstLine, Part.LastLine, Part.EachSentence, Part.EachLine, Part.EachItem];

    public static IReadOnlyList<Part> Named { get; } = [.. All.Skip(1)];

    private static readonly IReadOnlyList<Part> Usual = [Part.Title, Part.FirstSentence, Part.LastSentence, Part.FirstParagraph, Part.LastParagraph, Part.EachParagraph];

    /// <summary>The whole six times of ten.</summary>
    public static Part Draw(SeededRandom random) => random.Chance(0.6) ? Part.Whole : random.Pick(Usual);

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

    public static string Describe(Part part) => part == Part.Whole ? "the answer" : PartNames.Of(part, Language.English)[0];

    public static Verdict Lacks(Part part) => new(Outcome.Violated, $"the answer has no {Describe(part).Split(' ', 2)[1]}");
}
