using TraceFast.Kernels.Profiling;

namespace TraceFast.Kernels.LinearLogProb;

/// <summary>
/// linear_log_prob: log-probabilities of given tokens under a linear head; all providers but the reference compute them without
/// holding the [M, V] logits in memory (cut cross-entropy: Wijmans et al. 2024, arXiv 2411.09009; online log-sum-exp: Milakov and
/// Gimelshein 2018, arXiv 1805.02867).
///
///     z[m,v]  = logitScale * h[m] . w[v]
///     z[m,v]  = softcap * tanh(z[m,v] / softcap)                   where softcap is given (Gemma 2)
///     logp[m] = z[m,t[m]] - logsumexp_v z[m,v]
///
/// backward, with g the gradient of logp, c = dz/d(h.w) = logitScale * (1 - (z/softcap)^2) and p = softmax(z):
///
///     dh[m] = g[m] * (c[m,t] w[t] - sum_v p[m,v] c[m,v] w[v]),    dw[v] = sum_m g[m] c[m,v] ([v = t[m]] - p[m,v]) h[m]
///
/// The bracket of dh is built in the sweep of the forward and scaled by g afterwards; dw, where the head is trained, by
/// recomputing the tiles.
/// </summary>
public abstract class LinearLogProbKernel(KernelProvider provider) : Kernel("linear_log_prob", provider)
{
    /// <param name="hidden">[M, H], floating point.</param>
    /// <param name="weight">[V, H], dtype of hidden.</param>
    /// <param name="targets">[M] int64, each in [0, V).</param>
    /// <param name="logitScale">Factor on the logits (1 for most families).</param>
    /// <param name="softcap">Bound of the logits, above 0; null = none.</param>
    /// <returns>[M] natural-log probabilities, float32 (float64 for float64 input).</returns>
    /// <exception cref="KernelArgumentException">A shape, dtype, target or value does not fit.</exception>
    public torch.Tensor Forward(torch.Tensor hidden, torch.Tensor weight, torch.Tensor targets, double logitScale, double? softcap)
    {
        using ProfilerScope profiled = Profiler.Open(this);
        Check(hidden, weight, targets, logitScale, softcap);
        if (profiled.IsOpen)
            Describe(profiled, hidden, weight.shape[0]);
        return ForwardCore(hidden, weight, targets, logitScale, softcap);
    }

    /// <summary>Forward with the gradient to hidden in the same sweep: 4MVH operations and 5 per logit.</summary>
    public static Cost ForwardBackwardCost(long rows, long vocabulary, long hidden, torch.ScalarType dtype) =>
        new(rows * (double)vocabulary * ((4.0 * hidden) + 5),
            (Precision.Size(dtype) * ((2.0 * rows) + vocabulary) * hidden) + (12.0 * rows));

    /// <summary>Forward without a gradient: 2MVH operations and 4 per logit; hidden, weight, targets in, logp out.</summary>
    public static Cost ForwardCost(long rows, long vocabulary, long hidden, torch.ScalarType dtype) =>
        new(rows * (double)vocabulary * ((2.0 * hidden) + 4),
            (Precision.Size(dtype) * ((double)rows + vocabulary) * hidden) + (12.0 * rows));

    /// <summary>Backward to hidden, which scales what the forward built: one operation per element; the bracket and g in, dh out.</summary>
    public static Cost BackwardCost(long rows, long hidden, torch.ScalarType dtype) =>
        new((double)rows * hidden, (Precision.Size(dtype) * 2.0 * rows * hidden) + (4.0 * rows));

    /// <summary>
    /// What a recorded call keeps besides its arguments and result (by tiles): the log-sum-exp of each row, and dh before it is scaled.
    /// </summary>
    public static long KeptBytes(long rows, long hidden, torch.ScalarType dtype) =>
        rows * (hidden + 1) * Precision.Size(Precision.Accumulation(dtype));

    /// <summary><see cref="Forward"/> with arguments that fit.</summary>
    protected abstract torch.Tensor ForwardCore(
        torch.Tensor hidden, torch.Tensor weight, torch.Tensor targets, double logitScale, double? softcap);

    private static void Describe(ProfilerScope profiled, torch.Tensor hidden, long vocabulary)
    {
        (long rows, long width) = (hidden.shape[0], hidden.shape[1]);
        profiled.Describe(
            GraphNode.Wanted(hidden)
                ? ForwardBackwardCost(rows, vocabulary, width, hidden.dtype) : ForwardCost(rows, vocabulary, width, hidden.dtype),
            new OperandSizes("hidden [{0}, {1}], head [{2}, {1}]", rows, width, vocabulary),
            BackwardCost(rows, width, hidden.dtype));
    }

    private void Check(torch.Tensor hidden, torch.Tensor weight, torch.Tensor targets, double logitScale, double? softcap)
    {
        Expect.Floating(hidden, nameof(hidden), -1, -1);
        Expect.Shape(weight, nameof(weight), -1, hidden.shape[1]);
        Expect.Dtype(weight, nameof(weight), hidden.dtype);
        Expect.SameDevice(weight, nameof(weight), hidden);
        Expect.Shape(targets, nameof(targets), hidden.shape[0]);
        Expect.Dtype(targets, nameof(targets), torch.ScalarType.Int64);
        Expect.SameDevice(targets, nameof(targets), hidden);
        Expect.Finite(logitScale, nameof(logitScale));
        Expect.FinitePositiveOrNull(softcap, nameof(softcap));
        CheckProvider(hidden, nameof(hidden));
        if (targets.shape[0] == 0)
            return;
        using DisposeScope scope = torch.NewDisposeScope();
        long min = targets.min().item<long>();
        long max = targets.max().item<long>();
        Expect.That(min >= 0 && max < weight.shape[0], nameof(targets), min < 0 ? min : max, $"token ids in [0, {weight.shape[0]})");
    }
}
