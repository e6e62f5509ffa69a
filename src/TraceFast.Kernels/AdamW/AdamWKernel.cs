using TraceFast.Kernels.Profiling;

namespace TraceFast.Kernels.AdamW;

/// <summary>
/// adamw: Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv 1711.05101, algorithm 2), in the order of
/// operations of torch.optim.AdamW so that float32 states come out the same.
///
///     theta &lt;- theta * (1 - lr * decay)
///     m     &lt;- m + (g - m) * (1 - beta1)
///     v     &lt;- v * beta2 + (1 - beta2) * g * g
///     theta &lt;- theta - lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps)
///
/// Moments are float32 (float64 for float64 parameters). A 16-bit parameter has a float32 master, to which the update is
/// applied and from which the parameter is rounded.
/// </summary>
public abstract class AdamWKernel(KernelProvider provider) : Kernel("adamw", provider)
{
    /// <summary>One step, in place. A null gradient leaves its parameter, moments and step count as they are, as in PyTorch.</summary>
    /// <param name="states">The parameters, with their moments.</param>
    /// <param name="gradients">One per state: the parameter's shape; its dtype or its accumulation dtype.</param>
    /// <param name="options">Settings of this step.</param>
    /// <exception cref="KernelArgumentException">A count, shape, dtype or setting does not fit; nothing was changed.</exception>
    public void Step(IReadOnlyList<AdamWState> states, IReadOnlyList<torch.Tensor?> gradients, AdamWOptions options)
    {
        using ProfilerScope profiled = Profiler.Open(this);
        StepArguments.Check(Expect, CheckProvider, states, gradients, options);
        if (profiled.IsOpen)
            StepArguments.Describe(profiled, states, gradients, Cost);
        StepCore(states, gradients, options);
    }

    /// <summary>15 operations per parameter; gradient, parameter and both moments in, the last three out.</summary>
    public static Cost Cost(long parameters, torch.ScalarType dtype)
    {
        int state = Precision.Size(Precision.Accumulation(dtype));
        int master = Precision.Is16Bit(dtype) ? 2 * state : 0;
        return new(15.0 * parameters, (double)parameters * ((3 * Precision.Size(dtype)) + (4 * state) + master));
    }

    /// <summary><see cref="Step"/> with arguments that fit.</summary>
    protected abstract void StepCore(IReadOnlyList<AdamWState> states, IReadOnlyList<torch.Tensor?> gradients, AdamWOptions options);
}
