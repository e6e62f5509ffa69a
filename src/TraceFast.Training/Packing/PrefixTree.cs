using System.Runtime.InteropServices;
using TraceFast.Kernels.TreeAttention;

namespace TraceFast.Training.Packing;

/// <summary>
/// Token runs by their prefix: equal tokens after the same node are one node, so what two sequences share is stored once.
/// Additions can be undone to a mark, so that a record can be tried and left for the next pack.
/// </summary>
internal sealed class PrefixTree
{
    /// <summary>The parent of pieces that begin a sequence and may be shared by every record.</summary>
    public const int Root = -1;

    private readonly List<Node> _nodes = [];
    private readonly Dictionary<Key, int> _known = new(KeyComparer.Instance);

    /// <summary>Tokens of all nodes.</summary>
    public int TokenCount { get; private set; }

    /// <summary>A mark for <see cref="TakeBackTo"/>: the nodes so far.</summary>
    public int Count => _nodes.Count;

    public Node this[int node] => _nodes[node];

    /// <summary>The node that holds <paramref name="tokens"/> after <paramref name="parent"/> (a node, or any negative number for
    /// the beginning of a sequence; different negative numbers share nothing). No tokens: the parent itself.</summary>
    public int Add(int parent, ReadOnlyMemory<int> tokens)
    {
        if (tokens.IsEmpty)
            return parent;
        Key key = new(parent, tokens);
        ref int place = ref CollectionsMarshal.GetValueRefOrAddDefault(_known, key, out bool exists);
        if (exists)
            return place;
        place = _nodes.Count;
        _nodes.Add(new Node(parent, tokens));
        if (parent >= 0)
            _nodes[parent].Children.Add(place);
        TokenCount += tokens.Length;
        return place;
    }

    public void TakeBackTo(int mark)
    {
        for (int n = _nodes.Count - 1; n >= mark; n--)
        {
            Node node = _nodes[n];
            _known.Remove(new Key(node.Parent, node.Tokens));
            if (node.Parent >= 0)
                _nodes[node.Parent].Children.RemoveAt(_nodes[node.Parent].Children.Count - 1);
            TokenCount -= node.Tokens.Length;
            _nodes.RemoveAt(n);
        }
    }

    public void Clear()
    {
        _nodes.Clear();
        _known.Clear();
        TokenCount = 0;
    }

    internal sealed record Node(int Parent, ReadOnlyMemory<int> Tokens)
    {
        public List<int> Children { get; } = [];
    }

    private readonly record struct Key(int Parent, ReadOnlyMemory<int> Tokens);

    private sealed class KeyComparer : IEqualityComparer<Key>
    {
        public static readonly KeyComparer Instance = new();

        public bool Equals(Key x, Key y) => x.Parent == y.Parent && x.Tokens.Span.SequenceEqual(y.Tokens.Span);

        public int GetHashCode(Key key)
        {
            HashCode hash = default(HashCode);
            hash.Add(key.Parent);
            hash.AddBytes(MemoryMarshal.AsBytes(key.Tokens.Span));
            return hash.ToHashCode();
        }
    }
}

/// <summary>
/// A prefix tree laid out as one packed sequence of tokens, each tree contiguous, children after their parent in the order in which they
/// were added. A node and its single child are one segment.
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
