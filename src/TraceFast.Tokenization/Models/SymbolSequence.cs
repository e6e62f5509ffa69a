using System.Buffers;

namespace TraceFast.Tokenization.Models;

/// <summary>
/// The symbols of one word as a doubly linked list, and the merging of them: the pair of lowest rank first, the leftmost
/// among equals, until no pair has a merge. A heap holds the candidate pairs, so n symbols take O(n log n) steps.
/// </summary>
internal sealed class SymbolSequence : IDisposable
{
    private const int None = -1;

    private int[] _ids;
    private int[] _previous = [];
    private int[] _next = [];
    private ulong[] _heap = [];
    private int _heapCount;
    private int _count;

    public SymbolSequence(int capacity) => _ids = ArrayPool<int>.Shared.Rent(Math.Max(capacity, 16));

    public void Add(int id)
    {
        if (_count == _ids.Length)
            Grow(ref _ids);
        _ids[_count++] = id;
    }

    /// <summary>Merges in place; symbols that were merged away keep a negative id.</summary>
    public void MergeAll(MergeTable merges)
    {
        if (_count < 2)
            return;
        _previous = ArrayPool<int>.Shared.Rent(_count);
        _next = ArrayPool<int>.Shared.Rent(_count);
        _heap = ArrayPool<ulong>.Shared.Rent(_count);
        for (int i = 0; i < _count; i++)
        {
            _previous[i] = i - 1;
            _next[i] = i + 1 < _count ? i + 1 : None;
        }
        for (int i = 0; i + 1 < _count; i++)
            Offer(merges, i, i + 1);

        while (_heapCount > 0)
        {
            (int rank, int left) = Pop();
            int right = _ids[left] == None ? None : _next[left];
            // A pair that changed since it was offered has another rank: that entry has expired.
            if (right == None || !merges.TryGet(_ids[left], _ids[right], out int current, out int merged) || current != rank)
                continue;
            _ids[left] = merged;
            _ids[right] = None;
            _next[left] = _next[right];
            if (_next[left] != None)
                _previous[_next[left]] = left;
            if (_previous[left] != None)
                Offer(merges, _previous[left], left);
            if (_next[left] != None)
                Offer(merges, left, _next[left]);
        }
    }

    public void AppendTo(List<int> target)
    {
        for (int i = 0; i < _count; i++)
            if (_ids[i] != None)
                target.Add(_ids[i]);
    }

    /// <summary>Appends for each id of <see cref="AppendTo(List{int})"/> the stretch from its first symbol to its last.</summary>
    /// <param name="target">Gets the stretches.</param>
    /// <param name="symbols">The stretch of each symbol that was added.</param>
    public void AppendTo(List<TokenSpan> target, List<TokenSpan> symbols)
    {
        for (int i = 0, following; i < _count; i = following)
        {
            following = i + 1;
            while (following < _count && _ids[following] == None)
                following++;
            target.Add(new TokenSpan(symbols[i].Start, symbols[following - 1].End));
        }
    }

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(_ids);
        if (_previous.Length == 0)
            return;
        ArrayPool<int>.Shared.Return(_previous);
        ArrayPool<int>.Shared.Return(_next);
        ArrayPool<ulong>.Shared.Return(_heap);
    }

    private static void Grow<T>(ref T[] array)
    {
        T[] larger = ArrayPool<T>.Shared.Rent(2 * array.Length);
        array.CopyTo(larger, 0);
        ArrayPool<T>.Shared.Return(array);
        array = larger;
    }

    private void Offer(MergeTable merges, int left, int right)
    {
        if (merges.TryGet(_ids[left], _ids[right], out int rank, out _))
            Push(((ulong)(uint)rank << 32) | (uint)left);
    }

    private void Push(ulong entry)
    {
        if (_heapCount == _heap.Length)
            Grow(ref _heap);
        int at = _heapCount++;
        while (at > 0)
        {
            int parent = (at - 1) / 2;
            if (_heap[parent] <= entry)
                break;
            _heap[at] = _heap[parent];
            at = parent;
        }
        _heap[at] = entry;
    }

    private (int Rank, int Position) Pop()
    {
        ulong top = _heap[0];
        ulong last = _heap[--_heapCount];
        int at = 0;
        for (int child = 1; child < _heapCount; child = 2 * at + 1)
        {
            if (child + 1 < _heapCount && _heap[child + 1] < _heap[child])
                child++;
            if (last <= _heap[child])
                break;
            _heap[at] = _heap[child];
            at = child;
        }
        _heap[at] = last;
        return ((int)(top >> 32), (int)(top & uint.MaxValue));
    }
}
