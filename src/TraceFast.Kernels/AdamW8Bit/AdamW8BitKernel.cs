using TraceFast.Kernels.AdamW;
using TraceFast.Kernels.Profiling;

namespace TraceFast.Kernels.AdamW8Bit;

/// <summary>
/// adamw_8bit: Adam with decoupled weight decay whose moments are kept in 8 bits, by blocks (Dettmers et al. 2022, arXiv 2110.02861),
/// as the CUDA kernel of bitsandbytes 0.44 to 0.50 computes AdamW8bit (blocks of 256; before 0.44 they were of 2048).
///
/// A moment of n elements is n codes and a scale for each block of 256 elements in a row (the last one is shorter):
/// value = map[code] * scale, scale = the block's largest absolute value. <see cref="DynamicMap"/> has the maps of both moments.
///
///     m     &lt;- m * beta1 + (1 - beta1) * g,   v &lt;- v * beta2 + (1 - beta2) * g * g           of the stored values
///     theta &lt;- (theta - lr / (1 - beta1^t) * c * m / (sqrt(v) + c * eps)) * (1 - lr * decay),   c = sqrt(1 - beta2^t)
///     then the new m and v are stored as the nearest codes
///
/// theta moves by the new moments before they are rounded. Where v is not finite, because the gradient is not or is too large,
/// theta stays and both moments become 0 (there: where g is not). To rounding it is that kernel: here 1 - beta is rounded once and not
/// taken from a rounded beta, divisions and powers are exact, and the maps are computed in double. Arithmetic is float32 for every
/// parameter; a 16-bit one has a float32 master, as in adamw.
/// </summary>
public abstract class AdamW8BitKernel(KernelProvider provider) : Kernel("adamw_8bit", provider)
{
    /// <summary>One step, in place. A null gradient leaves its parameter, moments and step count as they are, as in PyTorch.</summary>
    /// <param name="states">The parameters, with their moments.</param>
    /// <param name="gradients">One per state: the parameter's shape; its dtype or its accumulation dtype.</param>
    /// <param name="options">Settings of this step.</param>
    /// <exception cref="KernelArgumentException">A count, shape, dtype or setting does not fit; nothing was changed.</exception>
    public void Step(IReadOnlyList<AdamW8BitState> states, IReadOnlyList<torch.Tensor?> gradients, AdamWOptions options)
    {
        using ProfilerScope profiled = Profiler.Open(this);
        StepArguments.Check(Expect, CheckProvider, states, gradients, options);
        if (profiled.IsOpen)
            StepArguments.Describe(profiled, states, gradients, Cost);
        StepCore(states, gradients, options);
    }

    /// <summary>40 operations per parameter; gradient, parameter, codes and scales in, the last three out.</summary>
    public static Cost Cost(long parameters, torch.ScalarType dtype)
    {
        int master = Precision.Is16Bit(dtype) ? 2 * Precision.Size(torch.ScalarType.Float32) : 0;
        return new(40.0 * parameters, parameters * ((3 * Precision.Size(dtype)) + (2 * AdamW8BitState.BytesPerParameter) + master));
    }

    /// <summary><see cref="Step"/> with arguments that fit.</summary>
    protected abstract void StepCore(IReadOnlyList<AdamW8BitState> states, IReadOnlyList<torch.Tensor?> gradients, AdamWOptions options);
}

/// <summary>AdamW's moments of one parameter as 8-bit codes with a float32 scale for each block: 2.03 bytes for each element.</summary>
public sealed class AdamW8BitState : ParameterState
{
    /// <summary>Elements of a block.</summary>
    public const int Block = 256;

    /// <summary>Bytes of both moments of a parameter: codes, and its share of the blocks' scales.</summary>
    public const double BytesPerParameter = 2 * (1 + (4.0 / Block));

    /// <param name="parameter">A float32 or bfloat16 leaf; stepped in place.</param>
    /// <exception cref="KernelArgumentException">The parameter has another dtype.</exception>
    public AdamW8BitState(torch.Tensor parameter)
        : base(Checked(parameter))
    {
        long blocks = (parameter.numel() + Block - 1) / Block;
        FirstCodes = Zeros(parameter, torch.ScalarType.Byte, parameter.shape);
        SecondCodes = Zeros(parameter, torch.ScalarType.Byte, parameter.shape);
        FirstScales = Zeros(parameter, torch.ScalarType.Float32, blocks);
        SecondScales = Zeros(parameter, torch.ScalarType.Float32, blocks);
    }

    /// <summary>Of m, uint8 in the parameter's shape.</summary>
    public torch.Tensor FirstCodes { get; }

    /// <summary>Of v, uint8 in the parameter's shape.</summary>
    public torch.Tensor SecondCodes { get; }

    /// <summary>Of m, [blocks].</summary>
    public torch.Tensor FirstScales { get; }

    /// <summary>Of v, [blocks].</summary>
    public torch.Tensor SecondScales { get; }

    public override IReadOnlyList<(string Name, torch.Tensor Tensor)> Moments =>
        [("state1", FirstCodes), ("state2", SecondCodes), ("absmax1", FirstScales), ("absmax2", SecondScales)];

    private static torch.Tensor Checked(torch.Tensor parameter)
    {
        new Expect("adamw_8bit").Dtype(parameter, nameof(parameter), torch.ScalarType.Float32, torch.ScalarType.BFloat16);
        return parameter;
    }
}
