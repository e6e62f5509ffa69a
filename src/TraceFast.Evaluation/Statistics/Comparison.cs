using System.Numerics;
using MathNet.Numerics.Distributions;

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

/// <summary>
/// McNemar's exact test (McNemar 1947; the exact binomial form): whether two scorings of the same units, each right or wrong, differ. Units
/// on which they agree carry no information; of the others each side is as likely to be right under the null hypothesis.
/// </summary>
public static class McNemar
{
    /// <summary>
    /// The two-sided p-value: min(1, 2 P(X &lt;= min(b, c))), X binomial with b + c trials of probability 1/2. Whole numbers throughout, so
    /// that the result is the same on every machine.
    /// </summary>
    /// <param name="onlyFirst">b: units that the first alone has right.</param>
    /// <param name="onlySecond">c: units that the second alone has right.</param>
    public static double PValue(int onlyFirst, int onlySecond)
    {
        int trials = onlyFirst + onlySecond;
        BigInteger choose = 1, sum = 0;
        for (int k = 0; k <= Math.Min(onlyFirst, onlySecond); k++)
        {
            sum += choose;
            choose = choose * (trials - k) / (k + 1);
        }
        // 2 sum / 2^trials in fixed point with 60 binary digits, which a double holds.
        const int digits = 60;
        BigInteger share = trials <= digits + 1 ? sum << (digits + 1 - trials) : sum >> (trials - digits - 1);
        return Math.Min(1, (double)share / (1UL << digits));
    }
}

/// <summary>
/// Student's t over independent runs (seeds): mean, 95 % interval mean ± t(0.975, n - 1) s / sqrt(n) and the two-sided p-value of mean = 0
/// (Student 1908). Of differences between two methods trained with the same seeds it is the paired t-test.
/// </summary>
/// <param name="PValue">How likely a mean at least as far from 0 is when the true one is 0.</param>
public sealed record PairedT(double Mean, Interval Interval, double PValue)
{
    private const double Level = 0.975;

    /// <param name="values">One for each run, at least two, all finite.</param>
    /// <exception cref="ArgumentException">Fewer than two values, or one that is not finite.</exception>
    public static PairedT Of(IReadOnlyList<double> values)
    {
        if (values.Count < 2 || values.Any(v => !double.IsFinite(v)))
            throw new ArgumentException($"found {values.Count} values, expected at least two, all finite", nameof(values));
        double mean = values.Average();
        double error = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1) / values.Count);
        double freedom = values.Count - 1, half = StudentT.InvCDF(0, 1, freedom, Level) * error;
        double p = error > 0 ? 2 * StudentT.CDF(0, 1, freedom, -Math.Abs(mean) / error) : mean == 0 ? 1 : 0;
        return new PairedT(mean, new Interval(mean - half, mean + half), p);
    }
}
