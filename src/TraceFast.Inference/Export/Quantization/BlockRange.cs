using System.Numerics;
using System.Runtime.InteropServices;

namespace TraceFast.Inference.Export.Quantization;

/// <summary>
/// Scale and zero point of one block of weights. The start is MLAS's rule (onnxruntime/core/mlas/lib/q4_dq.cpp):
///   symmetric   scale = m / -2^(bits-1), m the value of largest magnitude;   zero = 2^(bits-1)
///   asymmetric  scale = (max - min) / (2^bits - 1), 0 within [min, max];     zero = round(-min / scale)
/// With 4 bits the neighborhood is then searched for the least squared error, as llama.cpp's make_qx_quants does: each candidate rounds
/// the weights to whole numbers u = q - zero, for which the best scale is
///   scale = sum w u / sum u^2,   leaving   sum (w - scale u)^2 = sum w^2 - (sum w u)^2 / sum u^2.
/// </summary>
internal static class BlockRange
{
    /// <summary>Candidates lie within these steps of a tenth of a level around the start.</summary>
    private const int SearchSteps = 9;

    /// <param name="block">[block size] weights.</param>
    /// <param name="symmetric">Whether the zero point is the middle.</param>
    public static (float Scale, int Zero) Fit(ReadOnlySpan<float> block, int bits, bool symmetric)
    {
        (float levels, float range, int zero) = symmetric ? Symmetric(block, bits) : Asymmetric(block, bits);
        if (range == 0)
            return (0, zero);
        if (bits == 8)
            return (range / levels, zero);
        int most = (1 << bits) - 1;
        (float Scale, int Zero) best = (range / levels, zero);
        float explained = Explained(block, levels / range, zero, most).Explained;
        for (int step = -SearchSteps; step <= SearchSteps; step++)
        {
            for (int shift = symmetric ? 0 : -1; shift <= (symmetric ? 0 : 1); shift++)
            {
                int candidate = Math.Clamp(zero + shift, 0, most);
                (float scale, float more) = Explained(block, (levels + 0.1f * step * MathF.Sign(levels)) / range, candidate, most);
                if (more > explained)
                    (best, explained) = ((scale, candidate), more);
            }
        }

        return best;
    }

    /// <summary>
    /// The scale that fits best once the weights are rounded to u, and the squared weight that it explains: (sum w u)^2 / sum u^2.
    /// </summary>
    private static (float Scale, float Explained) Explained(ReadOnlySpan<float> block, float inverse, int zero, int most)
    {
        Vector<float> least = new(-zero);
        Vector<float> greatest = new(most - zero);
        Vector<float> products = Vector<float>.Zero;
        Vector<float> squares = Vector<float>.Zero;
        foreach (Vector<float> w in MemoryMarshal.Cast<float, Vector<float>>(block))
        {
            Vector<float> u = Vector.Min(Vector.Max(Vector.Round(w * inverse), least), greatest);
            products += w * u;
            squares += u * u;
        }

        float product = Vector.Sum(products);
        float square = Vector.Sum(squares);
        return square == 0 ? (0, 0) : (product / square, product * product / square);
    }

    private static (float Levels, float Range, int Zero) Symmetric(ReadOnlySpan<float> block, int bits)
    {
        float largest = 0;
        foreach (float value in block)
        {
            if (MathF.Abs(value) > MathF.Abs(largest))
                largest = value;
        }

        int half = 1 << (bits - 1);
        return (-half, largest, half);
    }

    private static (float Levels, float Range, int Zero) Asymmetric(ReadOnlySpan<float> block, int bits)
    {
        float least = 0;
        float most = 0;
        foreach (float value in block)
        {
            least = MathF.Min(least, value);
            most = MathF.Max(most, value);
        }

        int levels = (1 << bits) - 1;
        float range = most - least;
        return (levels, range, range == 0 ? 0 : (int)Math.Clamp(MathF.Round(-least * levels / range), 0, levels));
    }
}
