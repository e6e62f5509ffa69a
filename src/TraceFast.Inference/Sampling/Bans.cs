namespace TraceFast.Inference.Sampling;

/// <summary>
/// Leaves out ids always. As SuppressTokensLogitsProcessor in transformers' generation/logits_process.py, where those that follow stand
/// too.
/// </summary>
public sealed class SuppressTokens(IReadOnlyList<int> ids) : ILogitsProcessor
{
    public void Process(Span<float> logits, ReadOnlySpan<int> context)
    {
        foreach (int id in ids)
            logits[id] = float.NegativeInfinity;
    }
}

/// <summary>
/// Leaves out ids while the context has fewer than <paramref name="length"/> tokens: as the first new token, or, of those that end a text,
/// as MinLengthLogitsProcessor does.
/// </summary>
public sealed class SuppressBefore(int length, IReadOnlyCollection<int> ids) : ILogitsProcessor
{
    public void Process(Span<float> logits, ReadOnlySpan<int> context)
    {
        if (context.Length >= length)
            return;
        foreach (int id in ids)
            if (id < logits.Length)
                logits[id] = float.NegativeInfinity;
    }
}

/// <summary>Leaves out ids that would make n tokens that stand in the context already. As NoRepeatNGramLogitsProcessor.</summary>
public sealed class NoRepeatNgram(int n) : ILogitsProcessor
{
    public void Process(Span<float> logits, ReadOnlySpan<int> context)
    {
        if (context.Length + 1 < n)
            return;
        ReadOnlySpan<int> last = context[^(n - 1)..];
        for (int start = 0; start + n <= context.Length; start++)
        {
            int next = context[start + n - 1];
            if (next < logits.Length && context.Slice(start, n - 1).SequenceEqual(last))
                logits[next] = float.NegativeInfinity;
        }
    }
}

/// <summary>
/// Leaves out the id that would end a run of ids which is not to come; a run of one id always. As NoBadWordsLogitsProcessor.
/// </summary>
public sealed class BadWords(IReadOnlyList<IReadOnlyList<int>> runs) : ILogitsProcessor
{
    public void Process(Span<float> logits, ReadOnlySpan<int> context)
    {
        foreach (IReadOnlyList<int> run in runs)
            if (EndsWith(context, run))
                logits[run[^1]] = float.NegativeInfinity;
    }

    /// <summary>
    /// Whether the context ends with all of a run but its last id. A run that is longer than the context is passed over, as there.
    /// </summary>
    private static bool EndsWith(ReadOnlySpan<int> context, IReadOnlyList<int> run)
    {
        if (run.Count > context.Length)
            return run.Count == 1;
        int start = context.Length - (run.Count - 1);
        for (int i = 0; i < run.Count - 1; i++)
            if (context[start + i] != run[i])
                return false;
        return true;
    }
}
