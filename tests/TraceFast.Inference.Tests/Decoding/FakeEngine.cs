using TraceFast.Inference.Decoding;

namespace TraceFast.Inference.Tests.Decoding;

/// <summary>
/// A model without weights: its logits are a hash of all tokens of the row. It keeps "keys and values" (the tokens) in place by place,
/// refuses to read a position that was not written, and notes what was asked of it.
/// </summary>
internal sealed class FakeEngine(int rows, int maxLength, int vocabulary, int stopId = -1, double stopChance = 0) : IDecodeEngine
{
    private readonly int[,] _cache = Filled(rows, maxLength);
    private readonly float[] _logits = new float[rows * vocabulary];

    public int Rows => rows;

    public int MaxLength => maxLength;

    public List<(int Row, int Start, int Length)> Prefills { get; } = [];

    public List<int> StepSizes { get; } = [];

    public int Copies { get; private set; }

    public void Prefill(int row, int start, ReadOnlySpan<int> tokens)
    {
        Assert.False(tokens.IsEmpty);
        Require(row, start);
        Prefills.Add((row, start, tokens.Length));
        for (int i = 0; i < tokens.Length; i++)
            _cache[row, start + i] = tokens[i];
    }

    public void Step(ReadOnlySpan<int> tokens, ReadOnlySpan<int> positions)
    {
        StepSizes.Add(tokens.Length);
        for (int row = 0; row < tokens.Length; row++)
        {
            Require(row, positions[row]);
            _cache[row, positions[row]] = tokens[row];
            ulong hash = 1469598103934665603;
            for (int i = 0; i <= positions[row]; i++)
                hash = Mix(hash ^ (ulong)_cache[row, i]);
            Span<float> l = Logits(row);
            for (int id = 0; id < vocabulary; id++)
                l[id] = Mix(hash + (ulong)id) % 1000 / 100f;
            if (stopId >= 0 && Mix(hash) % 1000 < stopChance * 1000)
                l[stopId] = 30;
        }
    }

    public Span<float> Logits(int row) => _logits.AsSpan(row * vocabulary, vocabulary);

    public void CopyRow(int from, int to, int length)
    {
        Assert.NotEqual(from, to);
        Require(from, length);
        Copies++;
        for (int i = 0; i < maxLength; i++)
            _cache[to, i] = i < length ? _cache[from, i] : -1;
    }

    public void Dispose()
    {
    }

    private void Require(int row, int before)
    {
        for (int i = 0; i < before; i++)
            Assert.True(_cache[row, i] >= 0, $"row {row}: position {i} is read and was never written");
    }

    private static int[,] Filled(int rows, int maxLength)
    {
        int[,] cache = new int[rows, maxLength];
        for (int r = 0; r < rows; r++)
            for (int i = 0; i < maxLength; i++)
                cache[r, i] = -1;
        return cache;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
