using TraceFast.Data.Sampling;

namespace TraceFast.Evaluation.IfEval.Python;

/// <summary>The numbers that Python's random.Random gives after seed(SEED): random(), gauss(0, 1) and choice.</summary>
/// <param name="seed">A 32-bit one.</param>
internal sealed class PythonRandom(uint seed)
{
    private readonly Mt19937 _bits = new([seed]);
    private double? _next;

    /// <summary>[0, 1), of 53 bits.</summary>
    public double Next()
    {
        uint high = _bits.Next() >> 5, low = _bits.Next() >> 6;
        return ((high * 67_108_864.0) + low) / 9_007_199_254_740_992.0;
    }

    /// <summary>Normal, mean 0 and deviation 1: pairs by Box and Muller.</summary>
    public double NextGauss()
    {
        if (_next is { } kept)
        {
            _next = null;
            return kept;
        }
        double angle = Next() * 2 * Math.PI, radius = Math.Sqrt(-2 * Math.Log(1 - Next()));
        _next = Math.Sin(angle) * radius;
        return Math.Cos(angle) * radius;
    }

    /// <summary>A number below <paramref name="count"/>, as choice takes an element.</summary>
    public int Below(int count)
    {
        int bits = 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)count);
        while (true)
            if (_bits.Next() >> (32 - bits) is var drawn && drawn < count)
                return (int)drawn;
    }
}
