using MathNet.Numerics.Distributions;

namespace TraceFast.Evaluation.Statistics;

/// <summary>
/// Student's t over independent runs (seeds): mean, 95 % interval mean ± t(0.975, n - 1) s / sqrt(n) and the two-sided p-value of mean = 0 (Student 1908). Of differences between two methods
/// trained with the same seeds it is the paired t-test.
/// </summary>
/// <param name="Mean">Of the values.</param>
/// <param name="Interval">95 %.</param>
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
