namespace TraceFast.Kernels.AdamW;

/// <summary>adamw in libtorch operations; formula and order at <see cref="AdamWKernel"/>.</summary>
public sealed class ReferenceAdamW() : AdamWKernel(KernelProvider.Reference)
{
    protected override void StepCore(IReadOnlyList<AdamWState> states, IReadOnlyList<torch.Tensor?> gradients, AdamWOptions options)
    {
        using IDisposable noGrad = torch.no_grad();
        for (int i = 0; i < states.Count; i++)
        {
            if (gradients[i] is torch.Tensor gradient)
                Step(states[i], gradient, options);
        }
    }

    private static void Step(AdamWState state, torch.Tensor gradient, AdamWOptions options)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        state.Steps++;
        double correction1 = 1 - Math.Pow(options.Beta1, state.Steps);
        double correction2 = 1 - Math.Pow(options.Beta2, state.Steps);
        torch.Tensor theta = state.Master ?? state.Parameter;
        torch.Tensor g = gradient.to(theta.dtype);
        theta.mul_(1 - (options.LearningRate * options.WeightDecay));
        state.FirstMoment.add_(g - state.FirstMoment, 1 - options.Beta1);
        state.SecondMoment.mul_(options.Beta2).addcmul_(g, g, 1 - options.Beta2);
        torch.Tensor denominator = (state.SecondMoment.sqrt() / Math.Sqrt(correction2)).add_(options.Epsilon);
        theta.addcdiv_(state.FirstMoment, denominator, -options.LearningRate / correction1);
        if (state.Master is not null)
            state.Parameter.copy_(theta);
    }
}
