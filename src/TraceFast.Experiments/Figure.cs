using TraceFast.Evaluation;
using TraceFast.Evaluation.Statistics;

namespace TraceFast.Experiments;

/// <summary>A figure of a row: what is measured, in which domain.</summary>
public sealed record Figure(string Name, string Title, Func<Scores, Metric> Of)
{
    public static Figure IfMIn { get; } = new("if_m_in", "IF-M in", s => s.IfM(true));

    public static Figure IfMOut { get; } = new("if_m_out", "IF-M out", s => s.IfM(false));

    public static IReadOnlyList<Figure> All { get; } =
    [
        new("if_s_in", "IF-S in", s => s.IfS(true)), IfMIn, new("mean_in", "mean in", s => s.Mean(true)),
        new("if_s_out", "IF-S out", s => s.IfS(false)), IfMOut, new("mean_out", "mean out", s => s.Mean(false)),
    ];

    /// <summary>The figure with its 95 % interval: over seeds (Student's t), or of one seed over prompts (bootstrap).</summary>
    public Estimate Estimate(ResultRow row)
    {
        Metric[] metrics = [.. row.Runs.Select(f => Of(f.Scores))];
        if (metrics.Length == 1 || row.Hyperparameters is null)
            return new(metrics[0].Value, Bootstrap.Of(metrics[0]) ?? new Interval(double.NaN, double.NaN));
        PairedT t = PairedT.Of([.. metrics.Select(m => m.Value)]);
        return new(t.Mean, t.Interval);
    }

    /// <summary>
    /// Second minus first, paired: by seeds (t-test), or of one seed by prompts (McNemar's exact test, or the paired bootstrap where
    /// prompts count in parts).
    /// </summary>
    public Difference Difference(ResultRow first, ResultRow second)
    {
        Metric[] a = [.. first.Runs.Select(f => Of(f.Scores))], b = [.. second.Runs.Select(f => Of(f.Scores))];
        if (a.Length == 1 && b.Length == 1)
        {
            Comparison c = Comparison.Of(a[0], b[0]);
            return new(c.Second - c.First, c.Difference, c.PValue);
        }

        PairedT t = PairedT.Of([.. b.Select((m, i) => m.Value - a[a.Length == 1 ? 0 : i].Value)]);
        return new(t.Mean, t.Interval, t.PValue);
    }
}

/// <summary>A share with its 95 % interval.</summary>
public readonly record struct Estimate(double Value, Interval Interval);

/// <summary>A difference of shares with its 95 % interval and the p-value of no difference.</summary>
public readonly record struct Difference(double Value, Interval Interval, double PValue)
{
    /// <summary>
    /// The interval holds no 0, and the test says so too: of one seed they are a bootstrap and an exact test, which may differ at the edge.
    /// </summary>
    public bool IsClear => (Interval.Low > 0 || Interval.High < 0) && PValue < 0.05;
}
