using System.Numerics;

namespace TraceFast.Synthesis;

/// <summary>
/// MinHash signatures (Broder 1997, "On the resemblance and containment of documents"): the share of equal entries of two signatures estimates the Jaccard similarity of their
/// texts' shingles. Shingles are runs of <see cref="ShingleLength"/> words, an ideograph being a word; a shorter text is one shingle.
/// </summary>
internal static class MinHash
{
    public const int Length = 64;
    public const int ShingleLength = 3;

    /// <summary>h(x) = factor x + offset modulo 2^32, factors odd; x is mixed before.</summary>
    private static readonly uint[] Factors = [.. Enumerable.Range(0, Length).Select(n => (uint)Mix((ulong)n * 2 + 1) | 1)], Offsets = [.. Enumerable.Range(0, Length).Select(n => (uint)Mix((ulong)n * 2 + 2))];

    public static uint[] Of(string text)
    {
        List<ulong> tokens = TokenHashes.Of(text);
        int shingles = Math.Max(1, tokens.Count - ShingleLength + 1);
        var least = new uint[Length];
        Array.Fill(least, uint.MaxValue);
        for (int n = 0; n < shingles; n++)
        {
            ulong hash = 0xCBF29CE484222325UL;
            for (int t = n; t < Math.Min(tokens.Count, n + ShingleLength); t++)
                hash = Mix(hash ^ tokens[t]);
            Vector<uint> shingle = new((uint)(hash >> 32));
            for (int f = 0; f < Length; f += Vector<uint>.Count)
                Vector.Min(new Vector<uint>(least, f), shingle * new Vector<uint>(Factors, f) + new Vector<uint>(Offsets, f)).CopyTo(least, f);
        }

        return least;
    }

    /// <summary>From 0 to 1; its standard error is at most 0.0625 with 64 entries.</summary>
    public static double Similarity(uint[] a, uint[] b)
    {
        int same = 0;
        int step = Vector<uint>.Count;
        for (int n = 0; n < Length; n += step)
        {
            Vector<uint> equal = Vector.Equals(new Vector<uint>(a, n), new Vector<uint>(b, n)); // all bits set where equal
            same -= (int)Vector.Sum(equal);
        }

        return same / (double)Length;
    }

    internal static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
