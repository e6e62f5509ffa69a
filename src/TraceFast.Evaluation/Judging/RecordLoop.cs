namespace TraceFast.Evaluation.Judging;

/// <summary>Judges records, many at once, and keeps their order.</summary>
internal static class RecordLoop
{
    /// <param name="records">What is judged.</param>
    /// <param name="atOnce">Records under way at once; the endpoint limits the calls.</param>
    /// <param name="judge">Judges one.</param>
    /// <param name="progress">Told after each record.</param>
    public static async Task<TResult[]> RunAsync<TRecord, TResult>(
        IReadOnlyList<TRecord> records, int atOnce, Func<TRecord, int, CancellationToken, Task<TResult>> judge, IProgress<JudgeProgress>? progress, CancellationToken cancel)
    {
        TResult[] results = new TResult[records.Count];
        int done = 0;
        ParallelOptions options = new() { MaxDegreeOfParallelism = atOnce, CancellationToken = cancel };
        await Parallel.ForAsync(0, records.Count, options, async (i, token) =>
        {
            results[i] = await judge(records[i], i, token).ConfigureAwait(false);
            progress?.Report(new JudgeProgress(Interlocked.Increment(ref done), records.Count));
        }).ConfigureAwait(false);
        return results;
    }
}
