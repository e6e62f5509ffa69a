using System.Numerics;

namespace TraceFast.Data.Sampling;

/// <summary>What numpy's old and new generators share: bounded integers and the shuffle behind <c>permutation</c>.</summary>
internal static class NumpyShuffle
{
    /// <summary>Fisher-Yates from the back over 0..n-1 (numpy/random/_generator.pyx and mtrand.pyx, shuffle).</summary>
    public static int[] Permutation(int count, Func<uint> next32)
    {
        int[] order = SamplerOrder.Identity(count);
        for (int i = count - 1; i > 0; i--)
        {
            int other = (int)Bounded((uint)i, next32);
            (order[i], order[other]) = (order[other], order[i]);
        }
        return order;
    }

    /// <summary>
    /// A uniform integer in 0..<paramref name="bound"/>, both included, by masked rejection (distributions.c, random_interval).
    /// </summary>
    public static uint Bounded(uint bound, Func<uint> next32)
    {
        if (bound == 0)
            return 0;
        uint mask = uint.MaxValue >> BitOperations.LeadingZeroCount(bound);
        uint value;
        do
            value = next32() & mask;
        while (value > bound);
        return value;
    }
}
