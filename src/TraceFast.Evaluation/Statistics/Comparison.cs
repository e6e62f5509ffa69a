using TraceFast.Data;

namespace TraceFast.Evaluation.Statistics;

/// <summary>The paired test that fits a metric.</summary>
public enum PairedTest
{
    /// <summary><see cref="McNemar"/>: every unit is right or wrong.</summary>
    McNemarExact,

    /// <summary>The bootstrap over units, drawn once for both sides: units count in parts or with weights.</summary>
    PairedBootstrap,
}

/// <summary>One metric of two results on the same units.</summary>
/// <param name="Name">Of the metric.</param>
/// <param name="First">The first result's value.</param>
/// <param name="Second">The second result's value.</param>
/// <param name="Difference">95 % bootstrap interval of second minus first.</param>
/// <param name="OnlyFirst">Units on which the first is better.</param>
/// <param name="OnlySecond">Units on which the second is better.</param>
/// <param name="Test">How the p-value was found.</param>
/// <param name="PValue">Two-sided: how likely a difference at least as large is when neither is better.</param>
public sealed record Comparison(
    string Name, double First, double Second, Interval Difference, int OnlyFirst, int OnlySecond, PairedTest Test, double PValue)
{
    /// <summary>Compares the headline metrics of two results.</summary>
    /// <exception cref="InputException">They are of different benchmarks or different units.</exception>
    public static IReadOnlyList<Comparison> Of(BenchResult first, BenchResult second) =>
        first.Bench == second.Bench
            ? [.. first.Metrics.Select(
                m => Of(m,
                    second.Metrics.FirstOrDefault(other => other.Name == m.Name)
                        ?? throw new InputException($"only the first file has the metric {m.Name}")))]
            : throw new InputException($"{first.Bench} and {second.Bench} cannot be compared; score both files with the same benchmark");

    /// <summary>Compares one metric on the same units.</summary>
    /// <exception cref="InputException">The units differ.</exception>
    public static Comparison Of(Metric first, Metric second)
    {
        if (first.Observations.Count != second.Observations.Count
            || first.Observations.Zip(second.Observations).Any(p => p.First.Unit != p.Second.Unit))
            throw new InputException(
                $"{first.Name}: the two files do not score the same records; compare responses to the same prompts in the same order");
        (Observation First, Observation Second)[] pairs = [.. first.Observations.Zip(second.Observations)];
        int better = pairs.Count(p => Share(p.Second) > Share(p.First)), worse = pairs.Count(p => Share(p.First) > Share(p.Second));
        double[] differences = Bootstrap.Resample(pairs.Length, draw => DifferenceOf(draw.Select(i => pairs[i])));
        bool binary = pairs.All(p => IsRightOrWrong(p.First) && IsRightOrWrong(p.Second));
        Interval interval = differences.Length > 0 ? Bootstrap.Percentiles(differences) : new Interval(double.NaN, double.NaN);
        return new Comparison(
            first.Name, first.Value, second.Value, interval, worse, better, binary ? PairedTest.McNemarExact : PairedTest.PairedBootstrap,
            binary ? McNemar.PValue(worse, better) : TwoSided(differences));
    }

    /// <summary>
    /// Twice the smaller share of resampled differences on one side of zero, with one added to each count (Davison and Hinkley 1997,
    /// section 4.2).
    /// </summary>
    private static double TwoSided(double[] differences)
    {
        int notAbove = differences.Count(d => d <= 0), notBelow = differences.Count(d => d >= 0);
        return Math.Min(1, 2.0 * (Math.Min(notAbove, notBelow) + 1) / (differences.Length + 1));
    }

    private static double DifferenceOf(IEnumerable<(Observation First, Observation Second)> pairs)
    {
        double a = 0, aOf = 0, b = 0, bOf = 0;
        foreach ((Observation first, Observation second) in pairs)
        {
            a += first.Numerator;
            aOf += first.Denominator;
            b += second.Numerator;
            bOf += second.Denominator;
        }
        return (b / bOf) - (a / aOf);
    }

    private static double Share(Observation o) => o.Denominator == 0 ? 0 : o.Numerator / o.Denominator;

    private static bool IsRightOrWrong(Observation o) => o.Denominator == 1 && (o.Numerator == 0 || o.Numerator == 1);
}
