namespace TraceFast.Synthesis.Synthetic;

/// <summary>Draws numbered records on several threads and gives them in their order.</summary>
internal static class InOrder
{
    private const int Batch = 1024, EmptyBatches = 4;

    /// <summary>Records 0, 1, 2, ... without those that could not be drawn; ends when none of several thousand could.</summary>
    public static IEnumerable<T> Draw<T>(int threads, DropCounts drops, Func<long, DropCounts, T?> draw, CancellationToken cancellation)
        where T : class
    {
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        int empty = 0;
        for (long start = 0; empty < EmptyBatches; start += Batch)
        {
            T?[] drawn = DrawBatch(start, drops, draw, parallel);
            empty = drawn.Any(r => r is not null) ? 0 : empty + 1;
            foreach (T? record in drawn)
            {
                if (record is not null)
                    yield return record;
            }
        }
    }

    private static T?[] DrawBatch<T>(long start, DropCounts drops, Func<long, DropCounts, T?> draw, ParallelOptions parallel)
        where T : class
    {
        var drawn = new T?[Batch];
        Parallel.For(0, Batch, parallel, () => new DropCounts(), (n, _, own) =>
        {
            drawn[n] = draw(start + n, own);
            return own;
        }, own =>
        {
            lock (drops)
                drops.Add(own);
        });
        return drawn;
    }
}
