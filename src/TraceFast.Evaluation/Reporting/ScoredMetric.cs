using TraceFast.Evaluation.Statistics;

namespace TraceFast.Evaluation.Reporting;

/// <summary>A metric's value with its interval, as every report shows it.</summary>
/// <param name="Name">The metric's.</param>
/// <param name="Part">The part of the data; null for all.</param>
/// <param name="Value">Null where there is nothing to score.</param>
/// <param name="Count">Of how many (the sum of the denominators).</param>
/// <param name="Interval">95 % bootstrap interval.</param>
public sealed record ScoredMetric(string Name, string? Part, double? Value, double Count, Interval? Interval)
{
    public static ScoredMetric Of(Metric metric) =>
        new(metric.Name, metric.Part, double.IsFinite(metric.Value) ? metric.Value : null, metric.Count, Bootstrap.Of(metric));
}

/// <summary>A result with its intervals, computed once for table, JSON and page.</summary>
public sealed class ScoredResult(BenchResult result)
{
    public BenchResult Result { get; } = result;

    public IReadOnlyList<ScoredMetric> Metrics { get; } = [.. result.Metrics.Select(ScoredMetric.Of)];

    /// <summary>What the data is divided by, and the metrics of each part, parts in order.</summary>
    public IReadOnlyList<(string Name, IReadOnlyList<(string Part, IReadOnlyList<ScoredMetric> Metrics)> Parts)> Breakdowns { get; } =
        [.. result.Breakdowns.Select(b => (b.Name, Parts(b)))];

    private static IReadOnlyList<(string, IReadOnlyList<ScoredMetric>)> Parts(Breakdown breakdown) =>
        [.. breakdown.Metrics.GroupBy(m => m.Part ?? "").Select(g => (g.Key, (IReadOnlyList<ScoredMetric>)[.. g.Select(ScoredMetric.Of)]))];
}
