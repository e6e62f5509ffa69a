using MathNet.Numerics.Distributions;

namespace TraceFast.Gate.Calibration;

/// <summary>
/// The exact interval of a probability of which k of n trials are known:
/// <code>
///   low  = Beta⁻¹(a / 2; k, n - k + 1), 0 where k = 0        high = Beta⁻¹(1 - a / 2; k + 1, n - k), 1 where k = n
/// </code>
/// Source: C. J. Clopper, E. S. Pearson, Biometrika 26 (1934).
/// </summary>
public static class ClopperPearson
{
    /// <param name="level">Such as 0.95; a is the rest.</param>
    public static (double Low, double High) Interval(int k, int n, double level = 0.95)
    {
        if (k < 0 || k > n || n < 1)
            throw new ArgumentOutOfRangeException(nameof(k), k, $"expected 0 to {n}");
        double half = (1 - level) / 2;
        return (k == 0 ? 0 : Beta.InvCDF(k, n - k + 1, half), k == n ? 1 : Beta.InvCDF(k + 1, n - k, 1 - half));
    }
}
