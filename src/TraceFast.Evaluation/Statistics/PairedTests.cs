using System.Numerics;
using MathNet.Numerics.Distributions;

namespace TraceFast.Evaluation.Statistics;

/// <summary>
/// McNemar's exact test (McNemar 1947; the exact binomial form): whether two scorings of the same units, each right or wrong, differ. Units
/// on which they agree say nothing; of the others each side is as likely to be right under the null hypothesis.
/// </summary>
public static class McNemar
{
    /// <summary>
    /// The two-sided p-value: min(1, 2 P(X &lt;= min(b, c))), X binomial with b + c trials of probability 1/2. Whole numbers throughout, so
    /// that every machine gets the same.
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
