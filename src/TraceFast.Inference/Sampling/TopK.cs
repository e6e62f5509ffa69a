namespace TraceFast.Inference.Sampling;

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
