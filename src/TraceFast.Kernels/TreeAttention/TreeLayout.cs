namespace TraceFast.Kernels.TreeAttention;

/// <summary>
/// Where the segments of a packed sequence lie and which segment follows which.
///
/// A training batch is one packed sequence of N tokens, <c>[x1 | y1 | y2 | x2 | y2 | y1 | next record ...]</c>. A segment is
/// (start, length, parent, first position). A token attends causally within its segment and to every token of every
/// ancestor of its segment, never to a sibling. Segments tile the sequence in order; a parent comes before its children.
/// Positions within a segment count up from its first position; a child begins at or after its parent's end.
/// A segment may be empty: its children then see its ancestors alone.
///
/// Immutable. Providers keep what they derive from a layout (index and mask tensors, the same for every layer of a
/// model) in its cache; <see cref="Dispose"/> frees that when the pack is done.
/// </summary>
public sealed class TreeLayout : IDisposable
{
    private const string Operation = "tree_layout";

    private readonly int[] _start;
    private readonly int[] _length;
    private readonly int[] _parent;
    private readonly int[] _firstPosition;
    private readonly Lock _gate = new();
    private readonly Dictionary<object, object> _cache = [];
    private bool _disposed;

    /// <param name="start">[S] first row of each segment; start[0] = 0, start[i+1] = start[i] + length[i].</param>
    /// <param name="length">[S] tokens of each segment, 0 or more.</param>
    /// <param name="parent">[S] index of the segment that each continues, smaller than its own; -1 = root.</param>
    /// <param name="firstPosition">[S] position of each segment's first token, 0-based within its sequence.</param>
    /// <exception cref="KernelArgumentException">The arrays do not describe such a forest.</exception>
    public TreeLayout(int[] start, int[] length, int[] parent, int[] firstPosition)
    {
        RequireSameLength(length, nameof(length), start.Length);
        RequireSameLength(parent, nameof(parent), start.Length);
        RequireSameLength(firstPosition, nameof(firstPosition), start.Length);
        _start = [.. start];
        _length = [.. length];
        _parent = [.. parent];
        _firstPosition = [.. firstPosition];
        TokenCount = Validate();
        Positions = BuildPositions();
    }

    /// <summary>Number of segments, S.</summary>
    public int SegmentCount => _start.Length;

    /// <summary>Number of tokens, N.</summary>
    public int TokenCount { get; }

    public ReadOnlySpan<int> Start => _start;

    public ReadOnlySpan<int> Length => _length;

    public ReadOnlySpan<int> Parent => _parent;

    public ReadOnlySpan<int> FirstPosition => _firstPosition;

    /// <summary>[N] position of every token within its sequence. Not to be written to.</summary>
    public int[] Positions { get; }

    /// <summary>One sequence on its own: a single root of <paramref name="tokens"/> tokens from position 0.</summary>
    public static TreeLayout Sequence(int tokens) => new([0], [tokens], [-1], [0]);

    /// <summary>The ancestors of a segment from its root down to its parent (empty for a root).</summary>
    public int[] Ancestors(int segment)
    {
        int depth = 0;
        for (int a = _parent[segment]; a >= 0; a = _parent[a])
            depth++;
        int[] path = new int[depth];
        for (int a = _parent[segment]; a >= 0; a = _parent[a])
            path[--depth] = a;
        return path;
    }

    /// <summary>
    /// What a provider derived from this layout under <paramref name="key"/>, built on first use and, where it can be, disposed with the
    /// layout. Keys are compared by value (records) and must tell provider, device and dtype apart.
    /// </summary>
    public T Cached<T>(object key, Func<T> build)
        where T : class
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_cache.TryGetValue(key, out object? value))
                _cache.Add(key, value = build());
            return (T)value;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (IDisposable value in _cache.Values.OfType<IDisposable>())
                value.Dispose();
            _cache.Clear();
        }
    }

    private static void RequireSameLength(int[] array, string name, int segments)
    {
        if (array.Length != segments)
            throw new KernelArgumentException(
                Operation, name, $"an array of {array.Length}", $"one entry for each of the {segments} segments");
    }

    private int Validate()
    {
        long end = 0;
        for (int i = 0; i < _start.Length; i++)
        {
            if (_start[i] != end)
                throw new KernelArgumentException(Operation, $"start[{i}]", $"{_start[i]}", $"{end}, where the segment before ends");
            if (_length[i] < 0)
                throw new KernelArgumentException(Operation, $"length[{i}]", $"{_length[i]}", "0 or more");
            if (_parent[i] < -1 || _parent[i] >= i)
                throw new KernelArgumentException(Operation, $"parent[{i}]", $"{_parent[i]}", $"-1 (a root) or an index below {i}");
            int min = _parent[i] < 0 ? 0 : _firstPosition[_parent[i]] + _length[_parent[i]];
            if (_firstPosition[i] < min || _firstPosition[i] > int.MaxValue - _length[i])
                throw new KernelArgumentException(
                    Operation, $"firstPosition[{i}]", $"{_firstPosition[i]}", $"at least {min}, where the parent's positions end");
            end += _length[i];
        }
        if (end > int.MaxValue)
            throw new KernelArgumentException(Operation, nameof(_length), $"{end} tokens in all", $"at most {int.MaxValue}");
        return (int)end;
    }

    private int[] BuildPositions()
    {
        int[] positions = new int[TokenCount];
        for (int i = 0; i < _start.Length; i++)
            for (int t = 0; t < _length[i]; t++)
                positions[_start[i] + t] = _firstPosition[i] + t;
        return positions;
    }
}
