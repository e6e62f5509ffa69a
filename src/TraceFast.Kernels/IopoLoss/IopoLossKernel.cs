using TraceFast.Kernels.Profiling;

namespace TraceFast.Kernels.IopoLoss;

/// <summary>Settings of the loss.</summary>
/// <param name="Beta">b, above 0.</param>
/// <param name="LabelSmoothing">e, in [0, 1/2).</param>
/// <param name="Ftx">f, weight of the SFT term; at least 0.</param>
public readonly record struct IopoLossOptions(double Beta, double LabelSmoothing = 0, double Ftx = 0);

/// <summary>Results for Q quads; float64 but for the gradient. Sequences are in the order x1y1, x1y2, x2y2, x2y1.</summary>
/// <param name="Loss">L [Q], not weighted.</param>
/// <param name="Margin">D [Q].</param>
/// <param name="Sums">S [Q, 4].</param>
/// <param name="Gradient">weight[q] dL/dlogp of every token [M], dtype of logp.</param>
public sealed record IopoLossResult(torch.Tensor Loss, torch.Tensor Margin, torch.Tensor Sums, torch.Tensor Gradient);

/// <summary>
/// iopo_loss: from the log-probability of every response token of Q quads to their four-term losses (arXiv 2411.06208, eq. 8) and the
/// gradient of every token, without a copy to the host.
///
///     S[s] = sum of logp over sequence s,   R[s] = S[s] - reference[s]
///     D    = R[x1y1] - R[x1y2] + R[x2y2] - R[x2y1]
///     L    = -(1 - e) log s(bD) - e log s(-bD) - f (S[x1y1] / tokens + S[x2y2] / tokens)
///
///     dL/dlogp = dL/dD - f / tokens in the preferred sequences, -dL/dD in the others;   dL/dD = b (e s(bD) - (1 - e) s(-bD))
/// </summary>
public abstract class IopoLossKernel(KernelProvider provider) : Kernel("iopo_loss", provider)
{
    /// <param name="logp">[M], float32 or float64: log-probabilities, sequence after sequence.</param>
    /// <param name="segments">[4Q + 1] int32: sequence s has the tokens from segments[s] to segments[s + 1]; ascending from 0 to M.</param>
    /// <param name="reference">[4Q] float64: sums under the reference model.</param>
    /// <param name="weight">[Q] float64: what each quad's gradient is multiplied by.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="KernelArgumentException">A shape, dtype or value does not fit.</exception>
    public IopoLossResult Evaluate(
        torch.Tensor logp, torch.Tensor segments, torch.Tensor reference, torch.Tensor weight, IopoLossOptions options)
    {
        using ProfilerScope profiled = Profiler.Open(this);
        Check(logp, segments, reference, weight, options);
        if (profiled.IsOpen)
            profiled.Describe(
                Cost(logp.shape[0], weight.shape[0], logp.dtype),
                new OperandSizes("{0} tokens of {1} quads", logp.shape[0], weight.shape[0]));
        return EvaluateCore(logp, segments, reference, weight, options);
    }

    /// <summary>3 operations a token and about 40 a quad; logp in, the gradient out.</summary>
    public static Cost Cost(long tokens, long quads, torch.ScalarType dtype) =>
        new(3.0 * tokens + 40.0 * quads, 2.0 * tokens * Precision.Size(dtype) + 116.0 * quads);

    /// <summary><see cref="Evaluate"/> with arguments that fit.</summary>
    protected abstract IopoLossResult EvaluateCore(
        torch.Tensor logp, torch.Tensor segments, torch.Tensor reference, torch.Tensor weight, IopoLossOptions options);

    private void Check(torch.Tensor logp, torch.Tensor segments, torch.Tensor reference, torch.Tensor weight, IopoLossOptions options)
    {
        Expect.Shape(logp, nameof(logp), -1);
        Expect.Dtype(logp, nameof(logp), torch.ScalarType.Float32, torch.ScalarType.Float64);
        Expect.Shape(weight, nameof(weight), -1);
        long quads = weight.shape[0];
        Expect.Shape(segments, nameof(segments), 4 * quads + 1);
        Expect.Shape(reference, nameof(reference), 4 * quads);
        Expect.Dtype(segments, nameof(segments), torch.ScalarType.Int32);
        Expect.Dtype(reference, nameof(reference), torch.ScalarType.Float64);
        Expect.Dtype(weight, nameof(weight), torch.ScalarType.Float64);
        Expect.SameDevice(segments, nameof(segments), logp);
        Expect.SameDevice(reference, nameof(reference), logp);
        Expect.SameDevice(weight, nameof(weight), logp);
        Expect.That(options.Beta > 0 && double.IsFinite(options.Beta), nameof(options.Beta), options.Beta, "a finite number above 0");
        Expect.That(options.LabelSmoothing is >= 0 and < 0.5, nameof(options.LabelSmoothing), options.LabelSmoothing, "in [0, 0.5)");
        Expect.FiniteNotNegative(options.Ftx, nameof(options.Ftx));
        CheckProvider(logp, nameof(logp));
    }
}
