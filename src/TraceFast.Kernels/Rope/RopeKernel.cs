using TraceFast.Kernels.Profiling;

namespace TraceFast.Kernels.Rope;

/// <summary>
/// rope: rotary position embedding (Su et al. 2021, arXiv 2104.09864, eq. 34) in the rotate-half pairing of Hugging Face:
/// dimension i is rotated with dimension i + R, by the angle of the row's position.
///
///     y[n,h,i]     = x[n,h,i]   * cos[n,i] - x[n,h,i+R] * sin[n,i]        0 &lt;= i &lt; R
///     y[n,h,i+R]   = x[n,h,i+R] * cos[n,i] + x[n,h,i]   * sin[n,i]
///     y[n,h,j]     = x[n,h,j]                                             2R &lt;= j &lt; D (partial rotary)
///
/// R is half the rotary dimension: one angle per rotated pair (Hugging Face's own tables repeat each angle twice; give the
/// first half). Computed in float32 (float64 for float64 input), rounded once. The backward rotates by the negative angle.
/// </summary>
public abstract class RopeKernel(KernelProvider provider) : Kernel("rope", provider)
{
    /// <param name="x">[N, heads, D], floating point.</param>
    /// <param name="cos">[N, R], 1 &lt;= R, 2R &lt;= D; float32, float64 for float64 x; any attention scaling multiplied in.</param>
    /// <param name="sin">[N, R], as cos.</param>
    /// <returns>[N, heads, D], dtype of x.</returns>
    /// <exception cref="KernelArgumentException">A shape or dtype does not fit.</exception>
    public torch.Tensor Forward(torch.Tensor x, torch.Tensor cos, torch.Tensor sin)
    {
        using ProfilerScope profiled = Profiler.Open(this);
        Check(x, cos, sin);
        if (profiled.IsOpen)
            Describe(profiled, x.shape, cos.shape[1], x.dtype);
        return ForwardCore(x, cos, sin);
    }

    /// <summary>Forward or backward: 6 operations per rotated pair; x, cos, sin in, y out.</summary>
    public static Cost Cost(long rows, long heads, long headDim, long rotaryDim, torch.ScalarType dtype) =>
        new(3.0 * rows * heads * rotaryDim,
            (2.0 * rows * heads * headDim * Precision.Size(dtype))
            + ((double)rows * rotaryDim * Precision.Size(Precision.Accumulation(dtype))));

    /// <summary><see cref="Forward"/> with arguments that fit.</summary>
    protected abstract torch.Tensor ForwardCore(torch.Tensor x, torch.Tensor cos, torch.Tensor sin);

    private static void Describe(ProfilerScope profiled, long[] shape, long angles, torch.ScalarType dtype)
    {
        Cost cost = Cost(shape[0], shape[1], shape[2], 2 * angles, dtype);
        profiled.Describe(cost, new OperandSizes("x [{0}, {1}, {2}], {3} angles", shape[0], shape[1], shape[2], angles), cost);
    }

    private void Check(torch.Tensor x, torch.Tensor cos, torch.Tensor sin)
    {
        Expect.Floating(x, nameof(x), -1, -1, -1);
        Expect.Shape(cos, nameof(cos), x.shape[0], -1);
        Expect.Shape(sin, nameof(sin), cos.shape);
        Expect.Dtype(cos, nameof(cos), Precision.Accumulation(x.dtype));
        Expect.Dtype(sin, nameof(sin), Precision.Accumulation(x.dtype));
        Expect.SameDevice(cos, nameof(cos), x);
        Expect.SameDevice(sin, nameof(sin), x);
        Expect.That(
            cos.shape[1] >= 1 && 2 * cos.shape[1] <= x.shape[2], nameof(cos), $"{cos.shape[1]} angles",
            $"1 to {x.shape[2] / 2}, half the head dimension at most");
        CheckProvider(x, nameof(x));
    }
}
