namespace TraceFast.Kernels;

/// <summary>
/// linear_log_prob: log-probabilities of given tokens under a linear head, without the [M, V] logits ever standing in memory
/// (cut cross-entropy: Wijmans et al. 2024, arXiv 2411.09009; online log-sum-exp: Milakov and Gimelshein 2018, arXiv 1805.02867).
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
public interface ILinearLogProb
{
    /// <param name="hidden">[M, H], floating point.</param>
    /// <param name="weight">[V, H], dtype of hidden.</param>
    /// <param name="targets">[M] int64, each in [0, V).</param>
    /// <param name="logitScale">Factor on the logits (1 for most families).</param>
    /// <param name="softcap">Bound of the logits, above 0; null = none.</param>
    /// <returns>[M] natural-log probabilities, float32 (float64 for float64 input).</returns>
    /// <exception cref="KernelArgumentException">A shape, dtype, target or value does not fit.</exception>
    torch.Tensor Forward(torch.Tensor hidden, torch.Tensor weight, torch.Tensor targets, double logitScale, double? softcap);

    /// <summary>Forward alone: 2MVH operations and 4 per logit; hidden, weight in, logp out.</summary>
    public static Cost ForwardCost(long rows, long vocabulary, long hidden, torch.ScalarType dtype) =>
        new(rows * (double)vocabulary * ((2.0 * hidden) + 4), (Precision.Size(dtype) * ((double)rows + vocabulary) * hidden) + (12.0 * rows));

    /// <summary>Forward with the gradient to hidden in the same sweep: 4MVH operations and 5 per logit.</summary>
    public static Cost ForwardBackwardCost(long rows, long vocabulary, long hidden, torch.ScalarType dtype) =>
        new(rows * (double)vocabulary * ((4.0 * hidden) + 5), (Precision.Size(dtype) * ((2.0 * rows) + vocabulary) * hidden) + (12.0 * rows));

    /// <summary>The gradient to a trained head on top: 4MVH operations (tiles recomputed, then their product with hidden).</summary>
    public static Cost WeightGradientCost(long rows, long vocabulary, long hidden, torch.ScalarType dtype) =>
        new(rows * (double)vocabulary * ((4.0 * hidden) + 5), Precision.Size(dtype) * (rows + (2.0 * vocabulary)) * hidden);

    internal static void Check(torch.Tensor hidden, torch.Tensor weight, torch.Tensor targets, double logitScale, double? softcap)
    {
        Expect expect = new("linear_log_prob");
        expect.Floating(hidden, nameof(hidden), -1, -1);
        expect.Shape(weight, nameof(weight), -1, hidden.shape[1]);
        expect.Dtype(weight, nameof(weight), hidden.dtype);
        expect.SameDevice(weight, nameof(weight), hidden);
        expect.Shape(targets, nameof(targets), hidden.shape[0]);
        expect.Dtype(targets, nameof(targets), torch.ScalarType.Int64);
        expect.SameDevice(targets, nameof(targets), hidden);
        expect.That(double.IsFinite(logitScale), nameof(logitScale), logitScale, "a finite number");
        expect.That(softcap is null || (softcap > 0 && double.IsFinite(softcap.Value)), nameof(softcap), softcap, "null or a finite number above 0");
        if (targets.shape[0] == 0)
            return;
        using DisposeScope scope = torch.NewDisposeScope();
        long least = targets.min().item<long>();
        long most = targets.max().item<long>();
        expect.That(least >= 0 && most < weight.shape[0], nameof(targets), least < 0 ? least : most, $"token ids in [0, {weight.shape[0]})");
    }
}
