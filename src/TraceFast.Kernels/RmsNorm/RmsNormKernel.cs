using TraceFast.Kernels.Profiling;

namespace TraceFast.Kernels.RmsNorm;

/// <summary>How a family rounds and weighs the normalized row. They differ in the dtype of the product only (and Gemma's 1 + w).</summary>
public enum RmsNormStyle
{
    /// <summary>w * cast(xhat): Llama, Qwen, Mistral, Granite, Phi-3, SmolLM3.</summary>
    Llama,

    /// <summary>cast(xhat * (1 + w)): Gemma.</summary>
    Gemma,

    /// <summary>cast(w * xhat): OLMo 2.</summary>
    Olmo2,
}

/// <summary>
/// rms_norm: root-mean-square layer normalization (Zhang and Sennrich 2019, arXiv 1910.07467, eq. 4).
///
///     xhat[n,h] = x[n,h] * rsqrt(mean_h(x[n,:]^2) + eps)          in float32 (float64 for float64 input)
///     y         = w * cast(xhat) | cast(xhat * (1 + w)) | cast(w * xhat)         by style
///
/// backward, with g = dy * w (or dy * (1 + w)) and r = rsqrt(mean(x^2) + eps):
///
///     dx = r * (g - xhat * mean_h(g * xhat)),   dw[h] = sum_n dy[n,h] * xhat[n,h]
/// </summary>
public abstract class RmsNormKernel(KernelProvider provider) : Kernel("rms_norm", provider)
{
    /// <param name="x">[..., H], floating point; normalized over its last dimension.</param>
    /// <param name="weight">[H], the dtype of x or its accumulation dtype.</param>
    /// <param name="eps">Added to the mean square; at least 0.</param>
    /// <param name="style">How the family rounds.</param>
    /// <returns>[..., H], dtype of x.</returns>
    /// <exception cref="KernelArgumentException">A shape, dtype or eps does not fit.</exception>
    public torch.Tensor Forward(torch.Tensor x, torch.Tensor weight, double eps, RmsNormStyle style)
    {
        using ProfilerScope profiled = Profiler.Open(this);
        Check(x, weight, eps, style);
        if (profiled.IsOpen)
            Describe(profiled, x, added: false);
        return ForwardCore(x, weight, eps, style);
    }

    /// <summary>The residual addition before a norm, in one operation: sum = x + residual, normed = rms_norm(sum).</summary>
    /// <param name="x">[..., H]</param>
    /// <param name="residual">[..., H], dtype of x.</param>
    /// <param name="weight">[H]</param>
    /// <param name="eps">Added to the mean square; at least 0.</param>
    /// <param name="style">How the family rounds.</param>
    /// <returns>Both [..., H], dtype of x.</returns>
    /// <exception cref="KernelArgumentException">A shape, dtype or eps does not fit.</exception>
    public (torch.Tensor Sum, torch.Tensor Normed) ForwardAdd(
        torch.Tensor x, torch.Tensor residual, torch.Tensor weight, double eps, RmsNormStyle style)
    {
        using ProfilerScope profiled = Profiler.Open(this);
        Check(x, weight, eps, style);
        Expect.Shape(residual, nameof(residual), x.shape);
        Expect.Dtype(residual, nameof(residual), x.dtype);
        Expect.SameDevice(residual, nameof(residual), x);
        if (profiled.IsOpen)
            Describe(profiled, x, added: true);
        return ForwardAddCore(x, residual, weight, eps, style);
    }

    /// <summary>Forward: 4 operations per element and 3 per row; x in, w in, y out.</summary>
    public static Cost ForwardCost(long rows, long hidden, torch.ScalarType dtype) =>
        new((4.0 * rows * hidden) + (3.0 * rows), Precision.Size(dtype) * ((2.0 * rows * hidden) + hidden));

    /// <summary>Backward to x: 9 operations per element and 3 per row; x, dy, w in, dx out.</summary>
    public static Cost BackwardCost(long rows, long hidden, torch.ScalarType dtype) =>
        new((9.0 * rows * hidden) + (3.0 * rows), Precision.Size(dtype) * ((3.0 * rows * hidden) + hidden));

    /// <summary>What a recorded call keeps besides its arguments and results (fused providers): 1 / rms, and the weight widened.</summary>
    public static long KeptBytes(long rows, long hidden, torch.ScalarType dtype)
    {
        torch.ScalarType wide = Precision.Accumulation(dtype);
        return (rows + (wide == dtype ? 0 : hidden)) * Precision.Size(wide);
    }

    /// <summary><see cref="Forward"/> with arguments that fit.</summary>
    protected abstract torch.Tensor ForwardCore(torch.Tensor x, torch.Tensor weight, double eps, RmsNormStyle style);

    /// <summary><see cref="ForwardAdd"/> with arguments that fit.</summary>
    protected abstract (torch.Tensor Sum, torch.Tensor Normed) ForwardAddCore(
        torch.Tensor x, torch.Tensor residual, torch.Tensor weight, double eps, RmsNormStyle style);

    /// <summary>The addition of a residual reads it and writes the sum; its backward reads the sum's gradient.</summary>
    private static void Describe(ProfilerScope profiled, torch.Tensor x, bool added)
    {
        long hidden = x.shape[^1], elements = x.numel(), rows = hidden == 0 ? 0 : elements / hidden;
        double size = Precision.Size(x.dtype);
        profiled.Describe(
            ForwardCost(rows, hidden, x.dtype) + (added ? new Cost(elements, 2 * size * elements) : default),
            new OperandSizes("x [{0}, {1}]", rows, hidden),
            BackwardCost(rows, hidden, x.dtype) + (added ? new Cost(elements, size * elements) : default));
    }

    private void Check(torch.Tensor x, torch.Tensor weight, double eps, RmsNormStyle style)
    {
        Expect.That(x is not null && x.dim() >= 1, nameof(x), x is null ? "null" : "a scalar", "a tensor [..., H]");
        Expect.Floating(x!, nameof(x), x!.shape);
        Expect.Shape(weight, nameof(weight), x.shape[^1]);
        Expect.Dtype(weight, nameof(weight), x.dtype, Precision.Accumulation(x.dtype));
        Expect.SameDevice(weight, nameof(weight), x);
        Expect.FiniteNotNegative(eps, nameof(eps));
        Expect.That(Enum.IsDefined(style), nameof(style), style, "Llama, Gemma or Olmo2");
        CheckProvider(x, nameof(x));
    }
}
