using TraceFast.Kernels.AdamW;
using TraceFast.Kernels.Native;

namespace TraceFast.Kernels.AdamW8Bit;

/// <summary>adamw_8bit in C++; formula at <see cref="AdamW8BitKernel"/>.</summary>
public sealed unsafe class CpuAdamW8Bit() : AdamW8BitKernel(KernelProvider.Cpu)
{
    private static readonly float[] s_maps = [.. DynamicMap.Signed, .. DynamicMap.Unsigned];

    protected override void StepCore(IReadOnlyList<AdamW8BitState> states, IReadOnlyList<torch.Tensor?> gradients, AdamWOptions options) =>
        FusedStep.Run(Expect, states, gradients, options, updates => Step(updates, options));

    private static void Step(IReadOnlyList<ParameterUpdate<AdamW8BitState>> updates, AdamWOptions options)
    {
        AdamW8BitTensor[] tensors = [.. updates.Select(update => Tensor(update, options))];
        fixed (AdamW8BitTensor* first = tensors)
        fixed (float* maps = s_maps)
            CpuKernels.Table.AdamW8Bit(first, tensors.Length, maps);
        GC.KeepAlive(updates);
    }

    private static AdamW8BitTensor Tensor(ParameterUpdate<AdamW8BitState> update, AdamWOptions options)
    {
        AdamW8BitState state = update.State;
        return new AdamW8BitTensor
        {
            Dtype = state.Parameter.KernelDtype(), GradientDtype = update.Gradient.KernelDtype(), Count = state.Parameter.numel(),
            Parameter = state.Parameter.Address(), Master = state.Master is null ? null : state.Master.Address(),
            Gradient = update.Gradient.Address(), FirstCodes = state.FirstCodes.Address(), SecondCodes = state.SecondCodes.Address(),
            FirstScales = state.FirstScales.Address(), SecondScales = state.SecondScales.Address(),
            Decay = update.Decay, StepSize = update.StepSize, RootCorrection = update.RootCorrection,
            Beta1 = options.Beta1, Beta2 = options.Beta2, Eps = options.Epsilon,
        };
    }
}
