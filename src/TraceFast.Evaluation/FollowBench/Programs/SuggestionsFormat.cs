using System.Text.RegularExpressions;

namespace TraceFast.Evaluation.FollowBench.Programs;

/// <summary>Example 22 of the set "format": three paragraphs of at most two sentences, each long, each numbered, and at level 5 a closing line.</summary>
internal static partial class SuggestionsFormat
{
    private const int Longer = 20;

    public static bool Check(string answer, int level, bool chinese)
    {
        string[] paragraphs = answer.Split("\n\n");
        if (paragraphs.Length != (level == 5 ? 4 : 3))
            return false;
        Func<bool>[] conditions =
        [
            () => true,
            () => paragraphs.Take(3).All(p => Sentences.Of(p, chinese).Length < 3),
            () => Sentences.Of(answer, chinese).All(s => (chinese ? Sentences.Characters(s) : Sentences.Words(s)) > Longer),
            () => paragraphs.Select(p => p.TrimStart()).Where(p => p.Length > 0).All(p => Number().IsMatch(p)),
            () => answer.EndsWith(chinese ? "这些是建议" : "Those are suggestions", StringComparison.Ordinal),
        ];
        return conditions.Take(level).All(holds => holds());
    }

    [GeneratedRegex(@"\A\d+\.")]
    private static partial Regex Number();
}
