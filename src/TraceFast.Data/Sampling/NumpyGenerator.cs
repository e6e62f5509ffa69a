using System.Numerics;

namespace TraceFast.Data.Sampling;

/// <summary>
/// <c>numpy.random.default_rng(seed)</c>: PCG64 (128-bit LCG, XSL-RR output; M. O'Neill, "PCG: A Family of Simple Fast
/// Space-Efficient Statistically Good Algorithms for Random Number Generation", HMC-CS-2014-0905), with the draws that the
/// Hugging Face datasets library makes of it.
/// </summary>
public sealed class NumpyGenerator
{
    private static readonly UInt128 s_multiplier = new(2549297995355413924UL, 4865540595714422341UL);

    private readonly UInt128 _increment;
    private UInt128 _state;
    private uint? _heldHalf;

    public NumpyGenerator(ulong seed)
    {
        ulong[] words = SeedSequence.GenerateState64(seed, 4);
        _increment = (new UInt128(words[2], words[3]) << 1) | UInt128.One;
        _state = unchecked((_increment + new UInt128(words[0], words[1])) * s_multiplier + _increment);
    }

    public ulong NextUInt64()
    {
        _state = unchecked(_state * s_multiplier + _increment);
        ulong high = (ulong)(_state >> 64);
        return BitOperations.RotateRight(high ^ (ulong)_state, (int)(high >> 58));
    }

    /// <summary>32 uniform bits; a 64-bit draw serves two calls, its lower half first.</summary>
    public uint NextUInt32()
    {
        if (_heldHalf is { } held)
        {
            _heldHalf = null;
            return held;
        }
        ulong both = NextUInt64();
        _heldHalf = (uint)(both >> 32);
        return (uint)both;
    }

    /// <summary>A double in [0, 1) with 53 random bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary><c>Generator.permutation(n)</c>.</summary>
    public int[] Permutation(int count) => NumpyShuffle.Permutation(count, NextUInt32);
}
