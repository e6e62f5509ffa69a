using TraceFast.Kernels.TreeAttention;

namespace TraceFast.Models.Tests;

/// <summary>A random packed forest of segments, up to three levels deep (a common prefix, the rest of a prompt, a response).</summary>
internal sealed class RandomTree
{
    private readonly int[] _tokens;

    public RandomTree(int seed, int vocabulary)
    {
        Random random = new(seed);
        List<(int Parent, int Depth, int Length, int First)> segments = [];
        for (int trees = random.Next(1, 4); trees > 0; trees--)
            Grow(-1, 0, 0);
        int[] lengths = [.. segments.Select(s => s.Length)];
        Layout = new TreeLayout(
            [.. lengths.Select((_, i) => lengths.Take(i).Sum())], lengths, [.. segments.Select(s => s.Parent)],
            [.. segments.Select(s => s.First)]);
        _tokens = [.. Enumerable.Range(0, Layout.TokenCount).Select(_ => random.Next(vocabulary))];

        void Grow(int parent, int depth, int first)
        {
            int length = random.Next(1, 9);
            int self = segments.Count;
            segments.Add((parent, depth, length, first));
            if (depth == 2)
                return;
            for (int children = random.Next(depth == 0 ? 1 : 0, 3); children > 0; children--)
                Grow(self, depth + 1, first + length);
        }
    }

    public TreeLayout Layout { get; }

    /// <summary>[N] int64.</summary>
    public torch.Tensor Tokens => Ids(_tokens);

    /// <summary>The segment with everything before it, as one sequence of its own.</summary>
    public int[] Path(int segment) =>
        [.. Layout.Ancestors(segment).Append(segment).SelectMany(s => _tokens.AsSpan(Layout.Start[s], Layout.Length[s]).ToArray())];

    /// <summary>
    /// What a padded batch computes: a row per segment with everything before it, prompts repeated, padded on the right with any token to
    /// the longest; [segments * width] int64.
    /// </summary>
    public (torch.Tensor Tokens, TreeLayout Layout, int Width) PaddedRows(int vocabulary)
    {
        int[][] paths = [.. Enumerable.Range(0, Layout.SegmentCount).Select(Path)];
        int width = paths.Max(p => p.Length);
        TreeLayout grid = new(
            [.. paths.Select((_, row) => row * width)], [.. paths.Select(_ => width)], [.. paths.Select(_ => -1)],
            [.. paths.Select(_ => 0)]);
        return (Ids(paths.SelectMany(p => p.Concat(Enumerable.Repeat(vocabulary - 1, width - p.Length)))), grid, width);
    }

    public static torch.Tensor Ids(IEnumerable<int> ids) => torch.tensor(ids.Select(t => (long)t).ToArray());
}
