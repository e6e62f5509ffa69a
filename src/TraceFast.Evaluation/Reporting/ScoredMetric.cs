using TraceFast.Evaluation.Statistics;

namespace TraceFast.Evaluation.Reporting;

/// <summary>A metric's value with its interval, as every report shows it.</summary>
/// <param name="Value">Null where there is nothing to score.</param>
/// <param name="Count">Of how many (the sum of the denominators).</param>
/// <param name="Interval">95 % bootstrap interval.</param>
public sealed record ScoredMetric(string Name, double? Value, double Count, Interval? Interval)
{
    public static ScoredMetric Of(Metric metric) =>
        new(metric.Name, double.IsFinite(metric.Value) ? metric.Value : null, metric.Count, Bootstrap.Of(metric));

    /// <summary>Without a value: too many of its calls gave no verdict.</summary>
    internal static ScoredMetric Withheld(Metric metric) => new(metric.Name, null, metric.Count, null);
}

/// <summary>
/// A result with its intervals, computed once for table, JSON and page. One that is not whole (<see cref="BenchResult.IsWhole"/>) has no
/// values.
/// </summary>
public sealed class ScoredResult
{
    private readonly Func<Metric, ScoredMetric> _score;

    public ScoredResult(BenchResult result)
    {
        Result = result;
        _score = result.IsWhole ? ScoredMetric.Of : ScoredMetric.Withheld;
        Metrics = [.. result.Metrics.Select(_score)];
        Breakdowns = [.. result.Breakdowns.Select(b => (b.Name, Parts(b)))];
    }

    public BenchResult Result { get; }

    public IReadOnlyList<ScoredMetric> Metrics { get; }

    /// <summary>What the data is divided by, and the metrics of each part, in order.</summary>
    public IReadOnlyList<(string Name, IReadOnlyList<(string Part, IReadOnlyList<ScoredMetric> Metrics)> Parts)> Breakdowns { get; }

    private IReadOnlyList<(string, IReadOnlyList<ScoredMetric>)> Parts(Breakdown breakdown) =>
        [.. breakdown.Metrics.GroupBy(m => m.Part ?? "").Select(g => (g.Key, (IReadOnlyList<ScoredMetric>)[.. g.Select(_score)]))];
}
