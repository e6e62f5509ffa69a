using TraceFast.Kernels.Profiling;

namespace TraceFast.Kernels.AdamW;

/// <summary>Settings of one step, in PyTorch's terms.</summary>
/// <param name="LearningRate">In force at this step.</param>
/// <param name="Beta1">Decay of the first moment, in [0, 1).</param>
/// <param name="Beta2">Decay of the second moment, in [0, 1).</param>
/// <param name="Epsilon">Added to the denominator; at least 0.</param>
/// <param name="WeightDecay">Decoupled decay, at least 0.</param>
public readonly record struct AdamWOptions(double LearningRate, double Beta1, double Beta2, double Epsilon, double WeightDecay);

/// <summary>What the steps of adamw and adamw_8bit check, and what a profile says of them.</summary>
internal static class StepArguments
{
    /// <param name="checkProvider">Whether the provider takes a parameter.</param>
    /// <exception cref="KernelArgumentException">A count, shape, dtype or setting does not fit.</exception>
    public static void Check(
        Expect expect, Action<torch.Tensor, string> checkProvider, IReadOnlyList<ParameterState> states,
        IReadOnlyList<torch.Tensor?> gradients, AdamWOptions options)
    {
        expect.That(states is not null, nameof(states), "null", "a list of states");
        expect.That(gradients is not null, nameof(gradients), "null", "a list of gradients, one for each state");
        expect.That(
            gradients!.Count == states!.Count, nameof(gradients), $"{gradients.Count} tensors", $"{states.Count}, one for each state");
        expect.FiniteNotNegative(options.LearningRate, nameof(options.LearningRate));
        expect.That(options.Beta1 is >= 0 and < 1, nameof(options.Beta1), options.Beta1, "a number in [0, 1)");
        expect.That(options.Beta2 is >= 0 and < 1, nameof(options.Beta2), options.Beta2, "a number in [0, 1)");
        expect.FiniteNotNegative(options.Epsilon, nameof(options.Epsilon));
        expect.FiniteNotNegative(options.WeightDecay, nameof(options.WeightDecay));
        for (int i = 0; i < states.Count; i++)
        {
            if (gradients[i] is not torch.Tensor gradient)
                continue;
            string name = FormattableString.Invariant($"gradients[{i}]");
            torch.Tensor parameter = states[i].Parameter;
            expect.Shape(gradient, name, parameter.shape);
            expect.Dtype(gradient, name, parameter.dtype, Precision.Accumulation(parameter.dtype));
            expect.SameDevice(gradient, name, parameter);
            checkProvider(parameter, FormattableString.Invariant($"states[{i}]"));
        }
    }

    /// <param name="costOf">The cost for a number of parameters of a dtype.</param>
    public static void Describe(
        ProfilerScope profiled, IReadOnlyList<ParameterState> states, IReadOnlyList<torch.Tensor?> gradients,
        Func<long, torch.ScalarType, Cost> costOf)
    {
        Cost cost = default;
        long parameters = 0, tensors = 0;
        for (int i = 0; i < states.Count; i++)
        {
            if (gradients[i] is null)
                continue;
            long count = states[i].Parameter.numel();
            cost += costOf(count, states[i].Parameter.dtype);
            (parameters, tensors) = (parameters + count, tensors + 1);
        }
        profiled.Describe(cost, new OperandSizes("{0} parameters in {1} tensors", parameters, tensors));
    }
}
