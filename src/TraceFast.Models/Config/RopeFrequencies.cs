using System.Numerics;

namespace TraceFast.Models.Config;

/// <summary>
/// Rotary frequencies by scaling type:
///   default  f_i = theta^(-2i/d), i = 0 .. d/2-1
///   linear   f_i / factor
///   llama3   f_i, f_i / factor, or between, by the wavelength 2 pi / f_i against the original context length
///   yarn     f_i (1 - ramp_i) + f_i / factor ramp_i, ramp over the correction range of beta_fast .. beta_slow rotations
/// One text for float32 (the model's own arithmetic) and float64. Sources: arXiv 2104.09864, 2306.15595, 2309.00071;
/// transformers, modeling_rope_utils.py.
/// </summary>
public static class RopeFrequencies
{
    /// <returns>[RotaryDim / 2] inverse frequencies, in radians per position.</returns>
    public static T[] Inverse<T>(RopeConfig rope)
        where T : IFloatingPointIeee754<T>
    {
        int d = rope.RotaryDim;
        T theta = T.CreateChecked(rope.Theta);
        T[] wavelengths = [.. Enumerable.Range(0, d / 2).Select(i => T.Pow(theta, T.CreateChecked(2 * i) / T.CreateChecked(d)))];
        return rope.Scaling switch
        {
            RopeScaling.Default => Map(wavelengths, w => T.One / w),
            RopeScaling.Linear s => Map(wavelengths, w => T.One / w / T.CreateChecked(s.Factor)),
            RopeScaling.Llama3 s => Map(wavelengths, w => Llama3(T.One / w, s)),
            RopeScaling.Yarn s => Yarn(wavelengths, rope, s),
            _ => throw new InvalidOperationException($"rope scaling {rope.Scaling.GetType().Name} has no formula"),
        };
    }

    /// <summary>The factor on cos and sin.</summary>
    public static double AttentionScaling(RopeConfig rope) => rope.Scaling is RopeScaling.Yarn yarn ? yarn.AttentionScaling : 1.0;

    private static T[] Map<T>(T[] wavelengths, Func<T, T> frequency) => Array.ConvertAll(wavelengths, new Converter<T, T>(frequency));

    private static T Llama3<T>(T frequency, RopeScaling.Llama3 s)
        where T : IFloatingPointIeee754<T>
    {
        T wavelength = T.CreateChecked(2 * Math.PI) / frequency;
        T factor = T.CreateChecked(s.Factor);
        if (wavelength > T.CreateChecked(s.OriginalLength / s.LowFrequencyFactor))
            return frequency / factor;
        if (wavelength < T.CreateChecked(s.OriginalLength / s.HighFrequencyFactor))
            return frequency;
        T smooth = (T.CreateChecked(s.OriginalLength) / wavelength - T.CreateChecked(s.LowFrequencyFactor))
            / T.CreateChecked(s.HighFrequencyFactor - s.LowFrequencyFactor);
        return (T.One - smooth) * frequency / factor + smooth * frequency;
    }

    private static T[] Yarn<T>(T[] wavelengths, RopeConfig rope, RopeScaling.Yarn s)
        where T : IFloatingPointIeee754<T>
    {
        double low = CorrectionDim(s.BetaFast);
        double high = CorrectionDim(s.BetaSlow);
        if (s.Truncate)
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        (low, high) = (Math.Max(low, 0), Math.Min(high, rope.RotaryDim - 1));
        if (low == high)
            high += 0.001; // as upstream: no division by zero

        T[] result = new T[wavelengths.Length];
        for (int i = 0; i < result.Length; i++)
        {
            T ramp = T.Clamp((T.CreateChecked(i) - T.CreateChecked(low)) / T.CreateChecked(high - low), T.Zero, T.One);
            T kept = T.One - ramp;
            T interpolated = T.One / (T.CreateChecked(s.Factor) * wavelengths[i]);
            result[i] = interpolated * (T.One - kept) + T.One / wavelengths[i] * kept;
        }

        return result;

        double CorrectionDim(double rotations) =>
            rope.RotaryDim * Math.Log(s.OriginalLength / (rotations * 2 * Math.PI)) / (2 * Math.Log(rope.Theta));
    }
}
