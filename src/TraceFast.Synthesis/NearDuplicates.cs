using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TraceFast.Constraints;

namespace TraceFast.Synthesis;

/// <summary>
/// Finds texts that are nearly one seen before: locality-sensitive hashing over bands of MinHash signatures (Leskovec, Rajaraman and
/// Ullman, "Mining of Massive Datasets", section 3.4), then the estimated similarity of the candidates. Not for several threads.
/// </summary>
internal sealed class NearDuplicates
{
    private const int MostCandidates = 256;

    private readonly double _threshold;
    private readonly int _rows;
    private readonly Dictionary<(int Band, ulong Hash), List<int>> _buckets = [];
    private readonly List<uint[]> _signatures = [];

    /// <param name="threshold">Similarity from which texts are near, in (0, 1].</param>
    public NearDuplicates(double threshold)
    {
        _threshold = threshold;
        // The longest bands whose turning point, (1/bands)^(1/rows), still lies a tenth under the threshold: few candidates, hardly any
        // missed.
        _rows = new[] { 8, 4, 2, 1 }.First(r => r == 1 || Math.Pow(r / (double)MinHash.Length, 1.0 / r) <= threshold - 0.1);
    }

    public bool Holds(uint[] signature)
    {
        int looked = 0;
        for (int band = 0; band * _rows < MinHash.Length; band++)
        {
            if (!_buckets.TryGetValue(Key(signature, band), out List<int>? bucket))
                continue;
            foreach (int candidate in bucket)
            {
                if (MinHash.Similarity(_signatures[candidate], signature) >= _threshold)
                    return true;
                if (++looked >= MostCandidates)
                    return false;
            }
        }

        return false;
    }

    public void Add(uint[] signature)
    {
        _signatures.Add(signature);
        for (int band = 0; band * _rows < MinHash.Length; band++)
        {
            (int, ulong) key = Key(signature, band);
            if (!_buckets.TryGetValue(key, out List<int>? bucket))
                _buckets[key] = bucket = new(1);
            bucket.Add(_signatures.Count - 1);
        }
    }

    private (int, ulong) Key(uint[] signature, int band)
    {
        ulong hash = 0;
        for (int n = band * _rows; n < (band + 1) * _rows; n++)
            hash = MinHash.Mix(hash ^ signature[n]);
        return (band, hash);
    }
}

/// <summary>
/// MinHash signatures (Broder 1997, "On the resemblance and containment of documents"): the share of equal entries of two signatures
/// estimates the Jaccard similarity of their texts' shingles. Shingles are runs of <see cref="ShingleLength"/> words, an ideograph being a
/// word; a shorter text is one shingle.
/// </summary>
internal static class MinHash
{
    public const int Length = 64;
    public const int ShingleLength = 3;

    /// <summary>h(x) = factor x + offset modulo 2^32, factors odd; x is mixed before.</summary>
    private static readonly uint[] s_factors = [.. Enumerable.Range(0, Length).Select(n => (uint)Mix((ulong)n * 2 + 1) | 1)],
        s_offsets = [.. Enumerable.Range(0, Length).Select(n => (uint)Mix((ulong)n * 2 + 2))];

    public static uint[] Of(string text)
    {
        List<ulong> tokens = TokenHashes.Of(text);
        int shingles = Math.Max(1, tokens.Count - ShingleLength + 1);
        uint[] least = new uint[Length];
        Array.Fill(least, uint.MaxValue);
        for (int n = 0; n < shingles; n++)
        {
            ulong hash = 0xCBF29CE484222325UL;
            for (int t = n; t < Math.Min(tokens.Count, n + ShingleLength); t++)
                hash = Mix(hash ^ tokens[t]);
            Vector<uint> shingle = new((uint)(hash >> 32));
            for (int f = 0; f < Length; f += Vector<uint>.Count)
                Vector.Min(new Vector<uint>(least, f), shingle * new Vector<uint>(s_factors, f) + new Vector<uint>(s_offsets, f))
                    .CopyTo(least, f);
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

/// <summary>
/// The first 128 bits of SHA-256 of a text without its white space and in lower case: equal for texts that differ in nothing else.
/// </summary>
internal static class TextHash
{
    private const int OnStack = 4096;

    public static UInt128 Of(string text)
    {
        Span<char> folded = text.Length <= OnStack ? stackalloc char[text.Length] : new char[text.Length];
        int length = 0;
        foreach (char c in text)
        {
            if (!char.IsWhiteSpace(c))
                folded[length++] = char.ToLowerInvariant(c);
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(folded[..length]), hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}

/// <summary>A text as hashes of its words in lower case, an ideograph being a word; marks and blanks are left out.</summary>
internal static class TokenHashes
{
    private const ulong Start = 0xCBF29CE484222325UL, Prime = 0x100000001B3UL; // FNV-1a

    public static List<ulong> Of(string text)
    {
        List<ulong> tokens = new(text.Length / 4);
        ulong hash = Start;
        foreach (char c in text)
        {
            bool ideograph = c is >= '\u3040' and <= '\u9fff' or >= '\uac00' and <= '\ud7af';
            if (!ideograph && (char.IsLetterOrDigit(c) || char.IsSurrogate(c)))
            {
                hash = (hash ^ char.ToLowerInvariant(c)) * Prime;
                continue;
            }

            if (hash != Start)
            {
                tokens.Add(hash);
                hash = Start;
            }

            if (ideograph)
                tokens.Add((Start ^ c) * Prime);
        }

        if (hash != Start)
            tokens.Add(hash);
        return tokens;
    }
}
