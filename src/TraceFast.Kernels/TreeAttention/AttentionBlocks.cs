namespace TraceFast.Kernels.TreeAttention;

/// <summary>A run of key rows: rows [Row, Row + Count) of one segment.</summary>
internal readonly record struct KeyRun(int Segment, int Row, int Count);

/// <summary>
/// One block of tree attention: rows [Row, Row + Rows) of a segment and the keys that any of them sees, ancestors first and
/// in order, the segment's own rows last. Keys outside every row's window are left out.
/// </summary>
internal sealed record AttentionBlock(int Segment, int Row, int Rows, KeyRun[] Keys)
{
    public int KeyCount { get; } = Keys.Sum(k => k.Count);

    /// <summary>
    /// The query blocks of a layout, in the order of the packed sequence, so that they tile its rows. A block ends its own keys at its
    /// last row: what lies beyond the causal diagonal is computed within blocks only.
    /// </summary>
    public static IReadOnlyList<AttentionBlock> Cut(TreeLayout layout, int? window, int rowsPerBlock)
    {
        List<AttentionBlock> blocks = [];
        for (int s = 0; s < layout.SegmentCount; s++)
        {
            int[] ancestors = layout.Ancestors(s);
            for (int row = 0; row < layout.Length[s]; row += rowsPerBlock)
            {
                int rows = Math.Min(rowsPerBlock, layout.Length[s] - row);
                long oldest = window is int w ? (long)layout.FirstPosition[s] + row - w + 1 : 0; // seen by the block's first row
                List<KeyRun> keys = [];
                foreach (int a in ancestors)
                    Append(keys, a, layout, oldest, layout.Length[a]);
                Append(keys, s, layout, oldest, row + rows);
                blocks.Add(new AttentionBlock(s, row, rows, [.. keys]));
            }
        }
        return blocks;
    }

    /// <summary>[Rows, KeyCount] row-major: 0 where the row sees the key, -infinity where it does not; null where it sees all.</summary>
    public float[]? Mask(TreeLayout layout, int? window)
    {
        float[] mask = new float[Rows * KeyCount];
        bool any = false;
        for (int r = 0; r < Rows; r++)
        {
            int position = layout.FirstPosition[Segment] + Row + r;
            int column = r * KeyCount;
            foreach (KeyRun run in Keys)
            {
                int first = layout.FirstPosition[run.Segment] + run.Row;
                for (int j = 0; j < run.Count; j++, column++)
                {
                    bool sees = first + j <= position && (window is not int w || position - (first + j) < w);
                    if (sees)
                        continue;
                    mask[column] = float.NegativeInfinity;
                    any = true;
                }
            }
        }
        return any ? mask : null;
    }

    private static void Append(List<KeyRun> keys, int segment, TreeLayout layout, long oldest, int end)
    {
        int from = (int)Math.Clamp(oldest - layout.FirstPosition[segment], 0, end);
        if (end > from)
            keys.Add(new KeyRun(segment, from, end - from));
    }
}
