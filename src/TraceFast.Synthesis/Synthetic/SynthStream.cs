using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Synthesis.Synthetic;

/// <summary>What a record's number alone decides: its random stream, its language, how many constraints it has.</summary>
internal static class SynthStream
{
    private const ulong BetweenSplits = 0x9E3779B97F4A7C15UL;

    public static SeededRandom Of(SynthOptions options, SynthScope scope, long index) =>
        SeededRandom.Split(options.Seed + (scope.Split is { } split ? (ulong)split + 1 : 0) * BetweenSplits, (ulong)index);

    /// <summary>Languages take turns, then numbers of constraints do, so that a file is balanced in both.</summary>
    public static (Language Language, int Constraints) TurnOf(SynthOptions options, long index)
    {
        int numbers = options.MostConstraints - options.FewestConstraints + 1;
        return (options.Languages[(int)(index % options.Languages.Count)],
            options.FewestConstraints + (int)(index / options.Languages.Count % numbers));
    }
}

/// <summary>Samples numbered records on several threads and gives them in their order.</summary>
internal static class InOrder
{
    private const int Batch = 1024, EmptyBatches = 4;

    /// <summary>Records 0, 1, 2, ... without those that could not be sampled; ends when none of several thousand could.</summary>
    public static IEnumerable<T> Sample<T>(int threads, DropCounts drops, Func<long, DropCounts, T?> sample, CancellationToken cancellation)
        where T : class
    {
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        int empty = 0;
        for (long start = 0; empty < EmptyBatches; start += Batch)
        {
            T?[] sampled = SampleBatch(start, drops, sample, parallel);
            empty = sampled.Any(r => r is not null) ? 0 : empty + 1;
            foreach (T? record in sampled)
            {
                if (record is not null)
                    yield return record;
            }
        }
    }

    private static T?[] SampleBatch<T>(long start, DropCounts drops, Func<long, DropCounts, T?> sample, ParallelOptions parallel)
        where T : class
    {
        T?[] sampled = new T?[Batch];
        Parallel.For(0, Batch, parallel, () => new DropCounts(), (n, _, own) =>
        {
            sampled[n] = sample(start + n, own);
            return own;
        }, own =>
        {
            lock (drops)
                drops.Add(own);
        });
        return sampled;
    }
}
