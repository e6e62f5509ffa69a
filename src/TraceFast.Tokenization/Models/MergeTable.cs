namespace TraceFast.Tokenization.Models;

/// <summary>
/// Pair of token ids to (rank, merged id): an open-addressing hash table. A pair of small integers hashes badly in
/// <see cref="Dictionary{TKey, TValue}"/> (the halves of a long are xor-ed), and this look-up is the inner step of BPE.
/// </summary>
internal sealed class MergeTable
{
    private const ulong Free = ulong.MaxValue;

    private ulong[] _pairs = Filled(1024);
    private (int Rank, int Id)[] _values = new (int, int)[1024];

    public int Count { get; private set; }

    /// <summary>Sets the merge of a pair; the last one given holds.</summary>
    public void Set(int left, int right, int rank, int id)
    {
        if (4 * (Count + 1) > 3 * _pairs.Length)
            Grow();
        ulong pair = Pair(left, right);
        int slot = Slot(pair);
        if (_pairs[slot] == Free)
        {
            _pairs[slot] = pair;
            Count++;
        }
        _values[slot] = (rank, id);
    }

    public bool TryGet(int left, int right, out int rank, out int id)
    {
        ulong pair = Pair(left, right);
        int slot = Slot(pair);
        (rank, id) = _values[slot];
        return _pairs[slot] == pair;
    }

    private static ulong Pair(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private static ulong[] Filled(int length)
    {
        ulong[] empty = new ulong[length];
        Array.Fill(empty, Free);
        return empty;
    }

    /// <summary>The slot that holds the pair, or the free one where it belongs.</summary>
    private int Slot(ulong pair)
    {
        int mask = _pairs.Length - 1;
        // Fibonacci hashing: the high bits of the product depend on all bits of the pair.
        ulong hash = pair * 0x9E3779B97F4A7C15;
        int slot = (int)((hash ^ (hash >> 29)) >> 16) & mask;
        while (_pairs[slot] != pair && _pairs[slot] != Free)
            slot = (slot + 1) & mask;
        return slot;
    }

    private void Grow()
    {
        ulong[] oldPairs = _pairs;
        (int, int)[] oldValues = _values;
        _pairs = Filled(2 * oldPairs.Length);
        _values = new (int, int)[_pairs.Length];
        for (int i = 0; i < oldPairs.Length; i++)
        {
            if (oldPairs[i] == Free)
                continue;
            int slot = Slot(oldPairs[i]);
            _pairs[slot] = oldPairs[i];
            _values[slot] = oldValues[i];
        }
    }
}
