using TraceFast.Kernels.TreeAttention;

namespace TraceFast.Training.Packing;

/// <summary>
/// A prefix tree laid out as one packed sequence of tokens, each tree contiguous, children after their parent in the order in which they
/// were added. A node with a single child continues into it: both are one segment.
/// </summary>
internal sealed class PackedSequence
{
    private readonly PrefixTree _tree;
    private readonly int[] _firstRow;
    private readonly List<int> _start = [];
    private readonly List<int> _length = [];
    private readonly List<int> _parent = [];
    private readonly List<int> _position = [];
    private int _used;

    public PackedSequence(PrefixTree tree)
    {
        _tree = tree;
        _firstRow = new int[tree.Count];
        Tokens = new int[tree.TokenCount];
        for (int n = 0; n < tree.Count; n++)
            if (tree[n].Parent < 0)
                Lay(n, -1, 0);
    }

    /// <summary>[N] token ids.</summary>
    public int[] Tokens { get; }

    /// <summary>Row of a node's token in the sequence.</summary>
    public int Row(int node, int offset) => _firstRow[node] + offset;

    public TreeLayout Layout() => new([.. _start], [.. _length], [.. _parent], [.. _position]);

    private void Lay(int node, int parentSegment, int firstPosition)
    {
        int segment = _start.Count;
        _start.Add(_used);
        _parent.Add(parentSegment);
        _position.Add(firstPosition);
        _length.Add(0);
        while (true)
        {
            PrefixTree.Node piece = _tree[node];
            _firstRow[node] = _used;
            piece.Tokens.Span.CopyTo(Tokens.AsSpan(_used));
            _used += piece.Tokens.Length;
            if (piece.Children.Count != 1)
                break;
            node = piece.Children[0];
        }
        _length[segment] = _used - _start[segment];
        foreach (int child in _tree[node].Children)
            Lay(child, segment, firstPosition + _length[segment]);
    }
}
