namespace TraceFast.Kernels.AdamW;

/// <summary>One parameter's part of a step.</summary>
/// <param name="Gradient">Contiguous.</param>
/// <param name="Decay">1 - lr * weight decay.</param>
/// <param name="StepSize">lr / (1 - beta1^t).</param>
/// <param name="RootCorrection">sqrt(1 - beta2^t).</param>
internal sealed record ParameterUpdate<TState>(TState State, torch.Tensor Gradient, double Decay, double StepSize, double RootCorrection);

/// <summary>A step as one pass over all parameters (multi-tensor).</summary>
internal static class FusedStep
{
    /// <param name="pass">Writes parameters, masters and moments; all of them are on one device.</param>
    public static void Run<TState>(
        Expect expect, IReadOnlyList<TState> states, IReadOnlyList<torch.Tensor?> gradients, AdamWOptions options,
        Action<IReadOnlyList<ParameterUpdate<TState>>> pass)
        where TState : ParameterState
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGrad = torch.no_grad();
        List<ParameterUpdate<TState>> updates = [];
        for (int i = 0; i < states.Count; i++)
        {
            if (gradients[i] is not torch.Tensor gradient)
                continue;
            TState state = states[i];
            expect.That(
                state.Parameter.is_contiguous(), FormattableString.Invariant($"states[{i}]"), "not contiguous", "a contiguous parameter");
            updates.Add(new ParameterUpdate<TState>(
                state, gradient.contiguous(), 1 - (options.LearningRate * options.WeightDecay),
                options.LearningRate / (1 - Math.Pow(options.Beta1, state.Steps + 1)),
                Math.Sqrt(1 - Math.Pow(options.Beta2, state.Steps + 1))));
        }
        pass(updates);
        foreach (ParameterUpdate<TState> update in updates)
        {
            update.State.Steps++;
            BumpVersion(update.State.Parameter);
        }
    }

    // A graph recorded before the step must not use the new values: writing nothing in place raises the version that views share.
    private static void BumpVersion(torch.Tensor written)
    {
        using torch.Tensor flat = written.detach();
        using torch.Tensor nothing = flat.dim() == 0 ? flat.unsqueeze(0).narrow(0, 0, 0) : flat.narrow(0, 0, 0);
        nothing.zero_();
    }
}
