using System.Buffers;
using System.Numerics.Tensors;

namespace TraceFast.Inference.Sampling;

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
