using TraceFast.Kernels;

namespace TraceFast.Training.Packing;

/// <summary>
/// A prefix tree laid out as one packed sequence of tokens, each tree contiguous, children after their parent in the order in which they
/// were added. A node with a single child continues into it: both are one segment.
/// </summary>
internal sealed class PackedSequence
{
    private readonly PrefixTree tree;
    private readonly int[] firstRow;
    private readonly List<int> start = [];
    private readonly List<int> length = [];
    private readonly List<int> parent = [];
    private readonly List<int> position = [];
    private int used;

    public PackedSequence(PrefixTree tree)
    {
        this.tree = tree;
        firstRow = new int[tree.Count];
        Tokens = new int[tree.TokenCount];
        for (int n = 0; n < tree.Count; n++)
            if (tree[n].Parent < 0)
                Lay(n, -1, 0);
    }

    /// <summary>[N] token ids.</summary>
    public int[] Tokens { get; }

    /// <summary>Row of a node's token in the sequence.</summary>
    public int Row(int node, int offset) => firstRow[node] + offset;

    public TreeLayout Layout() => new([.. start], [.. length], [.. parent], [.. position]);

    private void Lay(int node, int parentSegment, int firstPosition)
    {
        int segment = start.Count;
        start.Add(used);
        parent.Add(parentSegment);
        position.Add(firstPosition);
        length.Add(0);
        while (true)
        {
            PrefixTree.Node piece = tree[node];
            firstRow[node] = used;
            piece.Tokens.Span.CopyTo(Tokens.AsSpan(used));
            used += piece.Tokens.Length;
            if (piece.Children.Count != 1)
                break;
            node = piece.Children[0];
        }
        length[segment] = used - start[segment];
        foreach (int child in tree[node].Children)
            Lay(child, segment, firstPosition + length[segment]);
    }
}
