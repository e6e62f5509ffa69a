using TraceFast.Kernels.Profiling;

namespace TraceFast.Kernels.LoraLinear;

/// <summary>
/// lora_linear: a frozen (or trained) linear layer and its low-rank update (Hu et al. 2021, arXiv 2106.09685, eq. 3).
///
///     y = x W^T + bias + scaling * (dropout(x) A^T) B^T
///
/// A and B may be wider than x (float32 under 16-bit compute, as PEFT keeps them): the update is then computed in their
/// dtype and the sum rounded once to the dtype of x. backward, with u = dropout(x) A^T and du = scaling * dy B:
///
///     dx = dy W + dropout'(du A),   dA = du^T dropout(x),   dB = scaling * dy^T u;   dW, dbias only where they are trained.
/// </summary>
public abstract class LoraLinearKernel(KernelProvider provider) : Kernel("lora_linear", provider)
{
    /// <param name="x">[N, I], floating point.</param>
    /// <param name="weight">W [O, I], dtype of x.</param>
    /// <param name="bias">[O] or null, dtype of x.</param>
    /// <param name="A">[r, I], or null together with B for the plain layer; dtype of x or its accumulation dtype.</param>
    /// <param name="B">[O, r], dtype of A.</param>
    /// <param name="scaling">alpha / r, or alpha / sqrt(r) under rank-stabilized LoRA.</param>
    /// <param name="dropout">Share of x's entries dropped before A, in [0, 1); 0 in evaluation and for the reference.</param>
    /// <param name="generator">Draws the dropped entries; required where dropout is above 0.</param>
    /// <returns>[N, O], dtype of x.</returns>
    /// <exception cref="KernelArgumentException">A shape, dtype or value does not fit.</exception>
    public torch.Tensor Forward(
        torch.Tensor x, torch.Tensor weight, torch.Tensor? bias, torch.Tensor? A, torch.Tensor? B, double scaling, double dropout,
        torch.Generator? generator)
    {
        using ProfilerScope profiled = Profiler.Open(this);
        Check(x, weight, bias, A, B, scaling, dropout, generator);
        if (profiled.IsOpen)
            Describe(profiled, x, weight.shape, A is null ? 0 : A.shape[0]);
        return ForwardCore(x, weight, bias, A, B, scaling, dropout, generator);
    }

    /// <summary>Forward: 2N(IO + rI + rO) operations; x, W, A, B in, y out.</summary>
    public static Cost ForwardCost(long rows, long inputs, long outputs, long rank, torch.ScalarType dtype) =>
        new(2.0 * rows * (((double)inputs * outputs) + (rank * (inputs + outputs))),
            (Precision.Size(dtype) * (((double)rows * (inputs + outputs)) + ((double)inputs * outputs)))
            + (4.0 * rank * (inputs + outputs)));

    /// <summary>Backward with W frozen: 2N(IO + 2rI + 2rO) operations; dy, x, W, A, B in, dx, dA, dB out.</summary>
    public static Cost BackwardCost(long rows, long inputs, long outputs, long rank, torch.ScalarType dtype) =>
        new(2.0 * rows * (((double)inputs * outputs) + (2 * rank * (inputs + outputs))),
            (Precision.Size(dtype) * (((double)rows * ((2 * inputs) + outputs)) + ((double)inputs * outputs)))
            + (8.0 * rank * (inputs + outputs)));

    /// <summary>
    /// What a recorded call keeps besides its arguments and result (fused providers): x A^T; with dropout also what is left of x, and the
    /// mask.
    /// </summary>
    public static long KeptBytes(long rows, long inputs, long rank, bool dropout, torch.ScalarType dtype) =>
        rank == 0 ? 0 : rows * (rank + (dropout ? 2 * inputs : 0)) * Precision.Size(Precision.Accumulation(dtype));

    /// <summary><see cref="Forward"/> with arguments that fit.</summary>
    protected abstract torch.Tensor ForwardCore(
        torch.Tensor x, torch.Tensor weight, torch.Tensor? bias, torch.Tensor? A, torch.Tensor? B, double scaling, double dropout,
        torch.Generator? generator);

    /// <summary>Zeroes each entry with probability p and scales the others by 1/(1-p).</summary>
    private protected static torch.Tensor Drop(torch.Tensor x, double p, torch.Generator? generator) =>
        p == 0 ? x : x * torch.empty_like(x).bernoulli_(1 - p, generator).div_(1 - p);

    private static void Describe(ProfilerScope profiled, torch.Tensor x, long[] weight, long rank)
    {
        long rows = x.shape[0];
        profiled.Describe(
            ForwardCost(rows, weight[1], weight[0], rank, x.dtype),
            new OperandSizes("x [{0}, {1}], W [{2}, {1}], r {3}", rows, weight[1], weight[0], rank),
            BackwardCost(rows, weight[1], weight[0], rank, x.dtype));
    }

    private void Check(
        torch.Tensor x, torch.Tensor weight, torch.Tensor? bias, torch.Tensor? A, torch.Tensor? B, double scaling, double dropout,
        torch.Generator? generator)
    {
        Expect.Floating(x, nameof(x), -1, -1);
        Expect.Shape(weight, nameof(weight), -1, x.shape[1]);
        Expect.Dtype(weight, nameof(weight), x.dtype);
        Expect.SameDevice(weight, nameof(weight), x);
        if (bias is not null)
        {
            Expect.Shape(bias, nameof(bias), weight.shape[0]);
            Expect.Dtype(bias, nameof(bias), x.dtype);
            Expect.SameDevice(bias, nameof(bias), x);
        }
        CheckProvider(x, nameof(x));
        Expect.That(A is null == B is null, A is null ? nameof(A) : nameof(B), "null", "A and B given together, or neither");
        if (A is null || B is null)
            return;
        Expect.Shape(A, nameof(A), -1, x.shape[1]);
        Expect.Shape(B, nameof(B), weight.shape[0], A.shape[0]);
        Expect.Dtype(A, nameof(A), x.dtype, Precision.Accumulation(x.dtype));
        Expect.Dtype(B, nameof(B), A.dtype);
        Expect.SameDevice(A, nameof(A), x);
        Expect.SameDevice(B, nameof(B), x);
        Expect.Finite(scaling, nameof(scaling));
        Expect.That(dropout is >= 0 and < 1, nameof(dropout), dropout, "a share in [0, 1)");
        Expect.That(dropout == 0 || generator is not null, nameof(generator), "null", "a seeded generator where dropout is above 0");
    }
}
