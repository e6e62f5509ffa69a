using System.Buffers;
using System.Numerics.Tensors;

namespace TraceFast.Inference.Sampling;

/// <summary>
/// One step from a model's logits to the distribution that is drawn from. Holds no state: one instance serves rows in parallel.
/// </summary>
public interface ILogitsProcessor
{
    /// <param name="logits">[vocabulary], changed in place; a token that is left out gets negative infinity.</param>
    /// <param name="context">The ids so far: prompt and new tokens.</param>
    void Process(Span<float> logits, ReadOnlySpan<int> context);
}

/// <summary>
/// Makes the tokens of the context less likely: l_i = l_i / penalty where l_i is not negative, l_i * penalty where it is, once for each id
/// that occurs in the prompt or among the new tokens (Keskar et al. 2019, "CTRL", section 4.1).
/// As RepetitionPenaltyLogitsProcessor in transformers' generation/logits_process.py.
/// </summary>
public sealed class RepetitionPenalty(float penalty) : ILogitsProcessor
{
    public void Process(Span<float> logits, ReadOnlySpan<int> context)
    {
        int words = (logits.Length + 63) / 64;
        ulong[] seen = ArrayPool<ulong>.Shared.Rent(words);
        seen.AsSpan(0, words).Clear();
        foreach (int id in context)
        {
            ulong bit = 1UL << (id & 63);
            if ((uint)id >= (uint)logits.Length || (seen[id >> 6] & bit) != 0)
                continue;
            seen[id >> 6] |= bit;
            logits[id] = logits[id] < 0 ? logits[id] * penalty : logits[id] / penalty;
        }
        ArrayPool<ulong>.Shared.Return(seen);
    }
}

/// <summary>
/// Excludes ids always. As SuppressTokensLogitsProcessor in transformers' generation/logits_process.py, where those that follow stand
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

/// <summary>Excludes ids that would repeat n tokens of the context. As NoRepeatNGramLogitsProcessor.</summary>
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

/// <summary>l_i = l_i / temperature. As TemperatureLogitsWarper in transformers' generation/logits_process.py.</summary>
public sealed class Temperature(float temperature) : ILogitsProcessor
{
    public void Process(Span<float> logits, ReadOnlySpan<int> context) => TensorPrimitives.Divide(logits, temperature, logits);
}

/// <summary>
/// Keeps l_i where l_i is at least the k-th largest logit (equal ones all stay), and leaves the others out.
/// As TopKLogitsWarper in transformers' generation/logits_process.py.
/// </summary>
public sealed class TopK(int k) : ILogitsProcessor
{
    public void Process(Span<float> logits, ReadOnlySpan<int> context)
    {
        if (k >= logits.Length)
            return;
        // The k largest so far, the smallest of them first out: O(n + k log k log(n / k)) for logits in no order.
        PriorityQueue<float, float> largest = new(k);
        foreach (float logit in logits[..k])
            largest.Enqueue(logit, logit);
        float least = largest.Peek();
        foreach (float logit in logits[k..])
        {
            if (logit <= least)
                continue;
            largest.EnqueueDequeue(logit, logit);
            least = largest.Peek();
        }
        foreach (ref float logit in logits)
            if (logit < least)
                logit = float.NegativeInfinity;
    }
}

/// <summary>
/// Keeps the fewest most probable tokens whose probabilities sum to at least p: in ascending order, a token is left out while the sum up to
/// and with it is at most 1 - p; the most probable one always stays (Holtzman et al. 2020, "nucleus sampling"). Of equal logits the one
/// with the higher id stays first. As TopPLogitsWarper in transformers' generation/logits_process.py.
/// </summary>
public sealed class TopP(double p) : ILogitsProcessor
{
    /// <summary>
    /// Logits are first sorted into buckets by their distance from the largest; only the bucket where the sum crosses 1 - p is sorted
    /// within.
    /// </summary>
    private const int Buckets = 2048;

    private const float BucketsPerNat = 64;

    public void Process(Span<float> logits, ReadOnlySpan<int> context)
    {
        int n = logits.Length;
        float max = TensorPrimitives.Max<float>(logits);
        float[] weights = ArrayPool<float>.Shared.Rent(n);
        Span<float> w = weights.AsSpan(0, n);
        TensorPrimitives.Subtract(logits, max, w);
        TensorPrimitives.Exp(w, w);
        Span<double> mass = stackalloc double[Buckets];
        mass.Clear();
        for (int i = 0; i < n; i++)
            mass[Bucket(logits[i], max)] += w[i];
        double total = 0;
        foreach (double m in mass)
            total += m;

        double threshold = (1 - p) * total;
        double below = 0;
        int crossing = Buckets - 1;
        while (crossing > 0 && below + mass[crossing] <= threshold)
            below += mass[crossing--];
        LeaveOut(logits, w, max, crossing, below, threshold);
        ArrayPool<float>.Shared.Return(weights);
    }

    private static void LeaveOut(Span<float> logits, ReadOnlySpan<float> weights, float max, int crossing, double below, double threshold)
    {
        List<(float Logit, int Id)> candidates = [];
        for (int i = 0; i < logits.Length; i++)
        {
            int bucket = Bucket(logits[i], max);
            if (bucket > crossing)
                logits[i] = float.NegativeInfinity;
            else if (bucket == crossing && logits[i] > float.NegativeInfinity)
                candidates.Add((logits[i], i));
        }
        candidates.Sort();
        // In the first bucket the last candidate is the most probable token.
        int most = crossing == 0 ? candidates.Count - 1 : candidates.Count;
        for (int c = 0; c < most; c++)
        {
            below += weights[candidates[c].Id];
            if (below > threshold)
                return;
            logits[candidates[c].Id] = float.NegativeInfinity;
        }
    }

    private static int Bucket(float logit, float max) => (int)Math.Min((max - logit) * BucketsPerNat, Buckets - 1);
}

/// <summary>
/// Leaves out the tokens whose probability is below min_p times that of the most probable one: exp(l_i - max l) &lt; min_p
/// (Nguyen et al. 2024, "Turning up the heat: min-p sampling"). As MinPLogitsWarper in transformers' generation/logits_process.py.
/// </summary>
public sealed class MinP(double minP) : ILogitsProcessor
{
    public void Process(Span<float> logits, ReadOnlySpan<int> context)
    {
        float least = (float)(TensorPrimitives.Max<float>(logits) + Math.Log(minP));
        foreach (ref float logit in logits)
            if (logit < least)
                logit = float.NegativeInfinity;
    }
}
