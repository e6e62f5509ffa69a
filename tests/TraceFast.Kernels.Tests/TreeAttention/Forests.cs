using TraceFast.Kernels.TreeAttention;

namespace TraceFast.Kernels.Tests.TreeAttention;

/// <summary>Layouts to test with.</summary>
internal static class Forests
{
    /// <summary>Segments given as (length, parent); a child begins where its parent ends.</summary>
    public static TreeLayout Of(params (int Length, int Parent)[] segments)
    {
        int[] start = new int[segments.Length];
        int[] first = new int[segments.Length];
        for (int s = 0; s < segments.Length; s++)
        {
            start[s] = s == 0 ? 0 : start[s - 1] + segments[s - 1].Length;
            first[s] = segments[s].Parent < 0 ? 0 : first[segments[s].Parent] + segments[segments[s].Parent].Length;
        }
        return new TreeLayout(start, [.. segments.Select(s => s.Length)], [.. segments.Select(s => s.Parent)], first);
    }

    /// <summary>A quad: x1 with y1 and y2, x2 with y2 and y1.</summary>
    public static TreeLayout Quad(int x1, int y1, int x2, int y2) => Of((x1, -1), (y1, 0), (y2, 0), (x2, -1), (y2, 3), (y1, 3));

    /// <summary>A seeded forest: up to 12 segments, depth up to 4, lengths 0, 1 and up to <paramref name="longest"/>.</summary>
    public static TreeLayout Random(int seed, int longest)
    {
        Random random = new(seed);
        int count = random.Next(1, 13);
        (int Length, int Parent)[] segments = new (int, int)[count];
        int[] depth = new int[count];
        for (int s = 0; s < count; s++)
        {
            int parent = random.Next(4) == 0 ? -1 : random.Next(-1, s);
            if (parent >= 0 && depth[parent] >= 4)
                parent = -1;
            depth[s] = parent < 0 ? 1 : depth[parent] + 1;
            segments[s] = (random.Next(5) switch { 0 => 0, 1 => 1, _ => random.Next(1, longest + 1) }, parent);
        }
        return Of(segments);
    }
}
