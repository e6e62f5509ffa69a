using TraceFast.Kernels.Profiling;

namespace TraceFast.Kernels.AdamW;

/// <summary>Settings of one step, in PyTorch's terms.</summary>
/// <param name="LearningRate">In force at this step.</param>
/// <param name="Beta1">Decay of the first moment, in [0, 1).</param>
/// <param name="Beta2">Decay of the second moment, in [0, 1).</param>
/// <param name="Epsilon">Added to the denominator; at least 0.</param>
/// <param name="WeightDecay">Decoupled decay, at least 0.</param>
public readonly record struct AdamWOptions(double LearningRate, double Beta1, double Beta2, double Epsilon, double WeightDecay);

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
        Check(states, gradients, options);
        if (profiled.IsOpen)
            Describe(profiled, states, gradients);
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

    private static void Describe(
        ProfilerScope profiled, IReadOnlyList<AdamWState> states, IReadOnlyList<torch.Tensor?> gradients)
    {
        Cost cost = default;
        long parameters = 0, tensors = 0;
        for (int i = 0; i < states.Count; i++)
        {
            if (gradients[i] is null)
                continue;
            long count = states[i].Parameter.numel();
            cost += Cost(count, states[i].Parameter.dtype);
            (parameters, tensors) = (parameters + count, tensors + 1);
        }
        profiled.Describe(cost, new OperandSizes("{0} parameters in {1} tensors", parameters, tensors));
    }

    private void Check(IReadOnlyList<AdamWState> states, IReadOnlyList<torch.Tensor?> gradients, AdamWOptions options)
    {
        Expect.That(states is not null, nameof(states), "null", "a list of states");
        Expect.That(gradients is not null, nameof(gradients), "null", "a list of gradients, one for each state");
        Expect.That(
            gradients!.Count == states!.Count, nameof(gradients), $"{gradients.Count} tensors", $"{states.Count}, one for each state");
        Expect.FiniteNotNegative(options.LearningRate, nameof(options.LearningRate));
        Expect.That(options.Beta1 is >= 0 and < 1, nameof(options.Beta1), options.Beta1, "a number in [0, 1)");
        Expect.That(options.Beta2 is >= 0 and < 1, nameof(options.Beta2), options.Beta2, "a number in [0, 1)");
        Expect.FiniteNotNegative(options.Epsilon, nameof(options.Epsilon));
        Expect.FiniteNotNegative(options.WeightDecay, nameof(options.WeightDecay));
        for (int i = 0; i < states.Count; i++)
        {
            if (gradients[i] is not torch.Tensor gradient)
                continue;
            string name = FormattableString.Invariant($"gradients[{i}]");
            torch.Tensor parameter = states[i].Parameter;
            Expect.Shape(gradient, name, parameter.shape);
            Expect.Dtype(gradient, name, parameter.dtype, Precision.Accumulation(parameter.dtype));
            Expect.SameDevice(gradient, name, parameter);
            CheckProvider(parameter, FormattableString.Invariant($"states[{i}]"));
        }
    }
}
