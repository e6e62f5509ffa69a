using System.Text.RegularExpressions;

namespace TraceFast.Evaluation.FollowBench.Programs;

/// <summary>Example 30 of the English set "format": five points with bold keywords, short, of ten to fifteen words.</summary>
internal static partial class PointsFormat
{
    public static bool Check(string answer, int level)
    {
        string[] sentences = SentenceEnd().Split(answer);
        Func<bool>[] conditions =
        [
            () => answer.Contains("**", StringComparison.Ordinal),
            () => BoldPoint().Count(answer) == 5,
            () => sentences.Where(s => Enumerable.Range(1, 5).Any(n => s.Contains($"{n}.", StringComparison.Ordinal))).All(s => s.Split('.').Length < 3),
            () => sentences.All(s => Sentences.Words(s) is >= 10 and <= 15),
            () => sentences.All(s => s.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).All(w => !w.EndsWith("-ly", StringComparison.Ordinal))),
        ];
        return conditions.Take(level).All(holds => holds());
    }

    /// <summary>White space after a full stop or question mark that ends no abbreviation or title.</summary>
    [GeneratedRegex(@"(?<!\w\.\w.)(?<![A-Z][a-z]\.)(?<=\.|\?)\s")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"\*\*\d.+?:")]
    private static partial Regex BoldPoint();
}
