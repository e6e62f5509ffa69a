using TraceFast.Constraints.Sampling;

namespace TraceFast.Evaluation.Statistics;

/// <summary>A range of values, both ends included.</summary>
public readonly record struct Interval(double Low, double High);

/// <summary>
/// The percentile bootstrap (Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13): units are drawn with replacement
/// and the ratio of sums is recomputed. A seeded generator gives the same interval on every machine.
/// </summary>
public static class Bootstrap
{
    public const int Resamples = 2000;

    private const ulong Seed = 20_240_611;
    private const double Tail = 0.025;

    /// <summary>The 95 % interval of a metric; null where it has no value. Of one unit it is that unit's value.</summary>
    public static Interval? Of(Metric metric)
    {
        Observation[] units = [.. metric.Observations];
        if (!double.IsFinite(metric.Value))
            return null;
        return Percentiles(Resample(units.Length, draw =>
        {
            double numerator = 0, denominator = 0;
            foreach (int unit in draw)
            {
                numerator += units[unit].Numerator;
                denominator += units[unit].Denominator;
            }
            return numerator / denominator;
        }));
    }

    /// <summary>The statistic of each resample, ascending; resamples on which it is not defined are left out.</summary>
    internal static double[] Resample(int units, Func<int[], double> statistic)
    {
        SeededRandom random = new(Seed);
        double[] values = new double[Resamples];
        int[] draw = new int[units];
        for (int i = 0; i < Resamples; i++)
        {
            for (int u = 0; u < units; u++)
                draw[u] = random.Below(units);
            values[i] = statistic(draw);
        }
        return [.. values.Where(double.IsFinite).Order()];
    }

    /// <summary>The 2.5 % and 97.5 % quantiles of ascending values, interpolated linearly.</summary>
    internal static Interval Percentiles(double[] ascending) => new(Quantile(ascending, Tail), Quantile(ascending, 1 - Tail));

    /// <summary>
    /// The quantile of ascending values, interpolated linearly: with h = share (n - 1), x_[h] + (h - [h]) (x_[h]+1 - x_[h]). Source: Hyndman
    /// and Fan 1996, "Sample Quantiles in Statistical Packages", definition 7.
    /// </summary>
    public static double Quantile(double[] ascending, double share)
    {
        double at = share * (ascending.Length - 1);
        int below = (int)Math.Floor(at);
        double above = ascending[Math.Min(below + 1, ascending.Length - 1)];
        return ascending[below] + ((at - below) * (above - ascending[below]));
    }
}
