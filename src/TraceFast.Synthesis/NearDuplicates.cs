namespace TraceFast.Synthesis;

/// <summary>
/// Finds texts that are nearly one seen before: locality-sensitive hashing over bands of MinHash signatures (Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", section 3.4), then the estimated
/// similarity of the candidates. Not for several threads.
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
        // The longest bands whose turning point, (1/bands)^(1/rows), still lies a tenth under the threshold: few candidates, hardly any missed.
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
