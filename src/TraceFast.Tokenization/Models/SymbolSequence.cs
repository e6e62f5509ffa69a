using System.Buffers;

namespace TraceFast.Tokenization.Models;

/// <summary>
/// The symbols of one word as a doubly linked list, and the merging of them: the pair of lowest rank first, the leftmost
/// among equals, until no pair has a merge. A heap holds the candidate pairs, so n symbols take O(n log n) steps.
/// </summary>
internal sealed class SymbolSequence : IDisposable
{
    private const int None = -1;

    private int[] ids;
    private int[] previous = [];
    private int[] next = [];
    private ulong[] heap = [];
    private int heapCount;
    private int count;

    public SymbolSequence(int capacity) => ids = ArrayPool<int>.Shared.Rent(Math.Max(capacity, 16));

    public void Add(int id)
    {
        if (count == ids.Length)
            Grow(ref ids);
        ids[count++] = id;
    }

    /// <summary>Merges in place; symbols that were merged away keep a negative id.</summary>
    public void MergeAll(MergeTable merges)
    {
        if (count < 2)
            return;
        previous = ArrayPool<int>.Shared.Rent(count);
        next = ArrayPool<int>.Shared.Rent(count);
        heap = ArrayPool<ulong>.Shared.Rent(count);
        for (int i = 0; i < count; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1 < count ? i + 1 : None;
        }
        for (int i = 0; i + 1 < count; i++)
            Offer(merges, i, i + 1);

        while (heapCount > 0)
        {
            (int rank, int left) = Pop();
            int right = ids[left] == None ? None : next[left];
            // A pair that changed since it was offered has another rank: that entry has expired.
            if (right == None || !merges.TryGet(ids[left], ids[right], out int current, out int merged) || current != rank)
                continue;
            ids[left] = merged;
            ids[right] = None;
            next[left] = next[right];
            if (next[left] != None)
                previous[next[left]] = left;
            if (previous[left] != None)
                Offer(merges, previous[left], left);
            if (next[left] != None)
                Offer(merges, left, next[left]);
        }
    }

    public void AppendTo(List<int> target)
    {
        for (int i = 0; i < count; i++)
            if (ids[i] != None)
                target.Add(ids[i]);
    }

    /// <summary>Appends for each id of <see cref="AppendTo(List{int})"/> the stretch from its first symbol to its last.</summary>
    /// <param name="target">Gets the stretches.</param>
    /// <param name="symbols">The stretch of each symbol that was added.</param>
    public void AppendTo(List<TokenSpan> target, List<TokenSpan> symbols)
    {
        for (int i = 0, following; i < count; i = following)
        {
            following = i + 1;
            while (following < count && ids[following] == None)
                following++;
            target.Add(new TokenSpan(symbols[i].Start, symbols[following - 1].End));
        }
    }

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(ids);
        if (previous.Length == 0)
            return;
        ArrayPool<int>.Shared.Return(previous);
        ArrayPool<int>.Shared.Return(next);
        ArrayPool<ulong>.Shared.Return(heap);
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
        if (merges.TryGet(ids[left], ids[right], out int rank, out _))
            Push(((ulong)(uint)rank << 32) | (uint)left);
    }

    private void Push(ulong entry)
    {
        if (heapCount == heap.Length)
            Grow(ref heap);
        int at = heapCount++;
        while (at > 0)
        {
            int parent = (at - 1) / 2;
            if (heap[parent] <= entry)
                break;
            heap[at] = heap[parent];
            at = parent;
        }
        heap[at] = entry;
    }

    private (int Rank, int Position) Pop()
    {
        ulong top = heap[0];
        ulong last = heap[--heapCount];
        int at = 0;
        for (int child = 1; child < heapCount; child = 2 * at + 1)
        {
            if (child + 1 < heapCount && heap[child + 1] < heap[child])
                child++;
            if (last <= heap[child])
                break;
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = last;
        return ((int)(top >> 32), (int)(top & uint.MaxValue));
    }
}
