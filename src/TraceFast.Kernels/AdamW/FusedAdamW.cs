namespace TraceFast.Kernels.AdamW;

/// <summary>
/// adamw as one pass over all parameters (multi-tensor); formula and order at <see cref="AdamWKernel"/>. The pass is the provider's.
/// </summary>
public abstract class FusedAdamW(KernelProvider provider) : AdamWKernel(provider)
{
    protected override void StepCore(IReadOnlyList<AdamWState> states, IReadOnlyList<torch.Tensor?> gradients, AdamWOptions options) =>
        FusedStep.Run(Expect, states, gradients, options, updates => Step(updates, options));

    /// <summary>Writes parameters, masters and moments; all of them are on one device.</summary>
    private protected abstract void Step(IReadOnlyList<ParameterUpdate<AdamWState>> updates, AdamWOptions options);
}
