using System.Globalization;

namespace TraceFast.Evaluation.FollowBench;

/// <summary>FollowBench's figures as observations, one unit for each example.</summary>
internal static class FollowBenchMetrics
{
    public static IReadOnlyList<Metric> Of(LevelScore[][] scores) => Of(scores, [.. Enumerable.Range(0, scores.Length)], null);

    public static IReadOnlyList<Breakdown> Breakdowns(LevelScore[][] scores, IReadOnlyList<FollowBenchGroup> groups)
    {
        List<Metric> levels = [];
        for (int level = 1; level <= 5; level++)
        {
            string part = level.ToString(CultureInfo.InvariantCulture);
            levels.Add(new Metric("hsr", [.. scores.Select((s, i) => new Observation(i, s[level - 1].Hard, 1))]) { Part = part });
            levels.Add(new Metric("ssr", [.. scores.Select((s, i) => new Observation(i, s[level - 1].Soft, 1))]) { Part = part });
        }

        Metric[] types = [.. groups.Select(g => g.Type).Distinct().SelectMany(t => Of(scores, [.. Enumerable.Range(0, groups.Count).Where(i => groups[i].Type == t)], t))];
        return [new Breakdown("level", levels), new Breakdown("set", types)];
    }

    private static Metric[] Of(LevelScore[][] scores, int[] those, string? part) =>
    [
        new("hsr", [.. those.Select(i => new Observation(i, scores[i].Sum(s => s.Hard), scores[i].Length))]) { Part = part },
        new("ssr", [.. those.Select(i => new Observation(i, scores[i].Sum(s => s.Soft), scores[i].Length))]) { Part = part },
        new("csl", [.. those.Select(i => new Observation(i, FollowBenchScore.Consistent(scores[i]), 1))]) { Part = part },
    ];
}
