using System.Runtime.InteropServices;

namespace TraceFast.Training.Packing;

/// <summary>
/// Pieces of text by what they continue: the same tokens after the same piece are one node, so what two sequences share is held once.
/// Additions can be taken back to a mark, so that a record can be tried and left for the next pack.
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
