using System.Numerics;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Algorithms;

namespace TraceFast.GpuKernels.Device;

/// <summary>
/// The functions of the accumulation type, float or double, that mean the same on every accelerator. ILGPU's own tanh is exact to 2^-11
/// only on sm_75 and later, its double exp is a CORDIC loop, and it has no erf.
/// </summary>
public interface IReal<T>
    where T : unmanaged, INumber<T>
{
    /// <summary>The nearest T.</summary>
    static abstract T From(double value);

    static abstract T From(int value);

    static abstract T From(float value);

    static abstract double ToDouble(T value);

    static abstract T Sqrt(T x);

    /// <summary>e^x.</summary>
    static abstract T Exp(T x);

    /// <summary>The natural logarithm of a normal number above 0.</summary>
    static abstract T Log(T x);

    /// <summary>log(1 + t), 0 &lt;= t &lt;= 1.</summary>
    static abstract T Log1p(T t);

    /// <summary>1 - erf(x).</summary>
    static abstract T Erfc(T x);
}

/// <summary>Functions of <see cref="IReal{T}"/>'s primitives.</summary>
internal static class Functions
{
    /// <summary>s(x) = 1 / (1 + e^-x) and s(-x), each exact to rounding on both sides.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sigmoid<T, TReal>(T x, out T complement)
        where T : unmanaged, INumber<T>
        where TReal : struct, IReal<T>
    {
        T e = TReal.Exp(x > T.Zero ? -x : x);
        T larger = T.One / (T.One + e);
        T smaller = e * larger;
        complement = x > T.Zero ? smaller : larger;
        return x > T.Zero ? larger : smaller;
    }

    /// <summary>log s(x), log s(-x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LogSigmoid<T, TReal>(T x, out T ofNegative)
        where T : unmanaged, INumber<T>
        where TReal : struct, IReal<T>
    {
        T magnitude = x > T.Zero ? x : -x;
        T larger = -TReal.Log1p(TReal.Exp(-magnitude));
        ofNegative = x > T.Zero ? larger - magnitude : larger;
        return x > T.Zero ? larger : larger - magnitude;
    }

    /// <summary>tanh to the rounding of 1, not relative near 0. Infinities give -1 and 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Tanh<T, TReal>(T x)
        where T : unmanaged, INumber<T>
        where TReal : struct, IReal<T>
    {
        T e = TReal.Exp(x > T.Zero ? -(x + x) : x + x);
        T magnitude = (T.One - e) / (T.One + e);
        return x > T.Zero ? magnitude : -magnitude;
    }
}

/// <summary>float32.</summary>
internal static class SingleMath
{
    public const float Log2E = 1.44269504088896340736f;
    public const float Ln2 = 0.69314718055994530942f;

    /// <summary>Below every logit, yet finite: a difference from -infinity stays -infinity.</summary>
    public const float Lowest = -1e30f;

    /// <summary>One ex2.approx on a GPU: 2 ulp of 2^(x log2 e), whose argument is rounded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exp(float x) => XMath.Exp2(x * Log2E);

    /// <summary>e^x - 1, exact near 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Expm1(float x)
    {
        float series = x * (1f + x * (0.5f + x * (1f / 6 + x * (1f / 24 + x * (1f / 120 + x * (1f / 720 + x * (1f / 5040)))))));
        float direct = Exp(x) - 1f;
        return x > -0.5f && x < 0.5f ? series : direct;
    }

    /// <summary>2 artanh(t / (2 + t)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Log1p(float t)
    {
        float z = t / (2f + t);
        float q = z * z;
        return 2f * z * (1f + q * (1f / 3 + q * (1f / 5 + q * (1f / 7 + q * (1f / 9 + q * (1f / 11 + q * (1f / 13 + q * (1f / 15))))))));
    }

    /// <summary>Relative error under 2e-7: Press et al., Numerical Recipes (2nd ed.), section 6.2, erfcc.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Erfc(float x)
    {
        float magnitude = x < 0f ? -x : x;
        float t = 1f / (1f + 0.5f * magnitude);
        float p = 0.17087277f;
        p = p * t - 0.82215223f;
        p = p * t + 1.48851587f;
        p = p * t - 1.13520398f;
        p = p * t + 0.27886807f;
        p = p * t - 0.18628806f;
        p = p * t + 0.09678418f;
        p = p * t + 0.37409196f;
        p = p * t + 1.00002368f;
        p = p * t - 1.26551223f;
        float tail = t * Exp(p - magnitude * magnitude);
        return x < 0f ? 2f - tail : tail;
    }

    /// <summary>tanh to 1e-7 absolute: 1 - 2 / (1 + e^2x). Infinities give -1 and 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Tanh(float x) => 1f - 2f / (1f + XMath.Exp2(2f * Log2E * x));
}

/// <summary>float64, which the tests compare with; plain loops where float32 has a polynomial.</summary>
internal static class DoubleMath
{
    private const int ErfcTerms = 120;

    /// <summary>2^k e^r with |r| &lt;= ln 2 / 2, Taylor to the 13th power. 0 below -708, infinite above 709.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Exp(double x)
    {
        double bounded = x < -708.0 ? -708.0 : x > 709.0 ? 709.0 : x;
        int k = (int)(bounded * 1.4426950408889634 + (bounded < 0.0 ? -0.5 : 0.5)); // truncation then rounds to nearest
        double r = (bounded - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
        double p = 1.0 / 6227020800.0;
        p = p * r + 1.0 / 479001600.0;
        p = p * r + 1.0 / 39916800.0;
        p = p * r + 1.0 / 3628800.0;
        p = p * r + 1.0 / 362880.0;
        p = p * r + 1.0 / 40320.0;
        p = p * r + 1.0 / 5040.0;
        p = p * r + 1.0 / 720.0;
        p = p * r + 1.0 / 120.0;
        p = p * r + 1.0 / 24.0;
        p = p * r + 1.0 / 6.0;
        p = p * r + 0.5;
        p = p * r + 1.0;
        p = p * r + 1.0;
        double scale = Interop.IntAsFloat((ulong)(k + 1023) << 52);
        return x < -708.0 ? 0.0 : x > 709.0 ? double.PositiveInfinity : p * scale;
    }

    /// <summary>2 artanh(t / (2 + t)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Log1p(double t)
    {
        double z = t / (2.0 + t);
        double q = z * z;
        double p = 1.0 / 35;
        for (int n = 33; n >= 1; n -= 2)
            p = p * q + 1.0 / n;
        return 2.0 * z * p;
    }

    /// <summary>x = 2^k f with f in [1, 2): k ln 2 + log1p(f - 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Log(double x)
    {
        ulong bits = Interop.FloatAsInt(x);
        int k = (int)(bits >> 52) - 1023;
        double fraction = Interop.IntAsFloat((bits & 0xFFFFFFFFFFFFFul) | 0x3FF0000000000000ul);
        return k * 0.6931471805599453 + Log1p(fraction - 1.0);
    }

    /// <summary>
    /// |x| below 2: 1 - 2/sqrt(pi) e^-x² sum_n (2x²)^n x / (1 3 5 ... (2n+1)), Abramowitz and Stegun 7.1.6; above: the continued fraction
    /// 7.1.14, from its far end.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Erfc(double x)
    {
        double magnitude = x < 0.0 ? -x : x;
        double square = magnitude * magnitude;
        double bell = Exp(-square);
        double tail;
        if (magnitude < 2.0)
        {
            double term = magnitude;
            double sum = magnitude;
            for (int n = 1; n < ErfcTerms; n++)
            {
                term *= 2.0 * square / (2 * n + 1);
                sum += term;
            }
            tail = 1.0 - 1.1283791670955126 * bell * sum;
        }
        else
        {
            double fraction = magnitude;
            for (int n = ErfcTerms; n >= 1; n--)
                fraction = magnitude + 0.5 * n / fraction;
            tail = 0.5641895835477563 * bell / fraction;
        }
        return x < 0.0 ? 2.0 - tail : tail;
    }
}
