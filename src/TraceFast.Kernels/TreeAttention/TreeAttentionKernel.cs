using TraceFast.Kernels.Profiling;

namespace TraceFast.Kernels.TreeAttention;

/// <summary>
/// tree_attention: causal grouped-query attention (Vaswani et al. 2017, arXiv 1706.03762, eq. 1; Ainslie et al. 2023,
/// arXiv 2305.13245) over packed trees of segments (<see cref="TreeLayout"/>).
///
///     s[h,i,j] = scale * q[i,h] . k[j,h / G]                       G = Hq / Hk query heads share a KV head
///     s[h,i,j] = softcap * tanh(s[h,i,j] / softcap)                where softcap is given (Gemma 2)
///     p[h,i,:] = softmax over the j that i sees
///     o[i,h]   = sum_j p[h,i,j] v[j,h / G]
///
/// i sees j where j lies in i's segment or in an ancestor of it, position[j] &lt;= position[i], and, under a sliding window,
/// position[i] - position[j] &lt; window. Softmax in float32 (float64 for float64 input). backward, with do the gradient of o:
///
///     dp = do v^T,  ds = p * (dp - sum_j p dp) [* (1 - (s/softcap)^2)],  dq = scale ds k,  dk = scale ds^T q,  dv = p^T do.
/// </summary>
public abstract class TreeAttentionKernel(KernelProvider provider) : Kernel("tree_attention", provider)
{
    /// <param name="q">[N, Hq, D], floating point, rotated already.</param>
    /// <param name="k">[N, Hk, D], dtype of q; Hk divides Hq.</param>
    /// <param name="v">[N, Hk, D], dtype of q.</param>
    /// <param name="layout">Where the N tokens' segments lie.</param>
    /// <param name="scale">Factor on the scores, usually 1/sqrt(D).</param>
    /// <param name="window">Positions that a token sees back, itself included; null = all.</param>
    /// <param name="softcap">Bound of the scores, above 0; null = none.</param>
    /// <returns>[N, Hq, D], dtype of q.</returns>
    /// <exception cref="KernelArgumentException">A shape, dtype, the layout's token count or a value does not fit.</exception>
    public torch.Tensor Forward(
        torch.Tensor q, torch.Tensor k, torch.Tensor v, TreeLayout layout, double scale, int? window, double? softcap)
    {
        using ProfilerScope profiled = Profiler.Open(this);
        Check(q, k, v, layout, scale, window, softcap);
        if (profiled.IsOpen)
            Describe(profiled, q.shape, k.shape[1], layout, window, q.dtype);
        return ForwardCore(q, k, v, layout, scale, window, softcap);
    }

    /// <summary>Forward: 4D operations per head and visible pair and 4 for its softmax; q, k, v in, o out.</summary>
    public static Cost ForwardCost(TreeLayout layout, int? window, long queryHeads, long kvHeads, long headDim, torch.ScalarType dtype) =>
        new(VisiblePairs(layout, window) * queryHeads * ((4.0 * headDim) + 4),
            2.0 * layout.TokenCount * (queryHeads + kvHeads) * headDim * Precision.Size(dtype));

    /// <summary>
    /// Backward with the scores recomputed: 10D operations per head and visible pair and 8 elementwise; q, k, v, o, do in, dq,
    /// dk, dv out.
    /// </summary>
    public static Cost BackwardCost(TreeLayout layout, int? window, long queryHeads, long kvHeads, long headDim, torch.ScalarType dtype) =>
        new(VisiblePairs(layout, window) * queryHeads * ((10.0 * headDim) + 8),
            4.0 * layout.TokenCount * (queryHeads + kvHeads) * headDim * Precision.Size(dtype));

    /// <summary>What a recorded call keeps besides its arguments and results (fused providers): the log-sum-exp of each row.</summary>
    public static long KeptBytes(long rows, long queryHeads, torch.ScalarType dtype) =>
        rows * queryHeads * Precision.Size(Precision.Accumulation(dtype));

    /// <summary>How many (i, j) there are such that token i sees token j.</summary>
    public static long VisiblePairs(TreeLayout layout, int? window)
    {
        long pairs = 0;
        for (int s = 0; s < layout.SegmentCount; s++)
        {
            int first = layout.FirstPosition[s];
            int last = first + layout.Length[s] - 1;
            int[] ancestors = layout.Ancestors(s);
            for (int p = first; p <= last; p++)
            {
                long oldest = window is int w ? (long)p - w + 1 : 0;
                pairs += p - Math.Max(oldest, first) + 1;
                foreach (int a in ancestors)
                    pairs += Math.Max(0, layout.FirstPosition[a] + layout.Length[a] - Math.Max(oldest, layout.FirstPosition[a]));
            }
        }
        return pairs;
    }

    /// <summary><see cref="Forward"/> with arguments that fit.</summary>
    protected abstract torch.Tensor ForwardCore(
        torch.Tensor q, torch.Tensor k, torch.Tensor v, TreeLayout layout, double scale, int? window, double? softcap);

    private static void Describe(
        ProfilerScope profiled, long[] q, long kvHeads, TreeLayout layout, int? window, torch.ScalarType dtype) =>
        profiled.Describe(
            ForwardCost(layout, window, q[1], kvHeads, q[2], dtype),
            new OperandSizes("q [{0}, {1}, {2}], {3} key heads, {4} segments", q[0], q[1], q[2], kvHeads, layout.SegmentCount),
            BackwardCost(layout, window, q[1], kvHeads, q[2], dtype));

    private void Check(torch.Tensor q, torch.Tensor k, torch.Tensor v, TreeLayout layout, double scale, int? window, double? softcap)
    {
        Expect.That(layout is not null, nameof(layout), "null", "the layout of the packed tokens");
        Expect.Floating(q, nameof(q), -1, -1, -1);
        Expect.Floating(k, nameof(k), q.shape[0], -1, q.shape[2]);
        Expect.Floating(v, nameof(v), k.shape);
        Expect.Dtype(k, nameof(k), q.dtype);
        Expect.Dtype(v, nameof(v), q.dtype);
        Expect.SameDevice(k, nameof(k), q);
        Expect.SameDevice(v, nameof(v), q);
        Expect.That(
            k.shape[1] > 0 && q.shape[1] % k.shape[1] == 0 && q.shape[1] > 0, nameof(k), $"{k.shape[1]} heads",
            $"a divisor of the {q.shape[1]} query heads");
        Expect.That(
            layout!.TokenCount == q.shape[0], nameof(layout), $"a layout of {layout.TokenCount} tokens", $"{q.shape[0]}, the rows of q");
        Expect.Finite(scale, nameof(scale));
        Expect.That(window is null or > 0, nameof(window), window, "null or at least 1");
        Expect.FinitePositiveOrNull(softcap, nameof(softcap));
        CheckProvider(q, nameof(q));
    }
}
