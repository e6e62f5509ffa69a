using TraceFast.Kernels.Native;

namespace TraceFast.Kernels.AdamW;

/// <summary>adamw in C++; formula and order at <see cref="AdamWKernel"/>.</summary>
public sealed unsafe class CpuAdamW() : FusedAdamW(KernelProvider.Cpu)
{
    private protected override void Step(IReadOnlyList<ParameterUpdate<AdamWState>> updates, AdamWOptions options)
    {
        AdamWTensor[] tensors = [.. updates.Select(update => Tensor(update, options))];
        fixed (AdamWTensor* first = tensors)
            CpuKernels.Table.AdamW(first, tensors.Length);
        GC.KeepAlive(updates);
    }

    private static AdamWTensor Tensor(ParameterUpdate<AdamWState> update, AdamWOptions options)
    {
        AdamWState state = update.State;
        return new AdamWTensor
        {
            Dtype = state.Parameter.KernelDtype(), GradientDtype = update.Gradient.KernelDtype(), Count = state.Parameter.numel(),
            Parameter = state.Parameter.Address(), Master = state.Master is null ? null : state.Master.Address(),
            Gradient = update.Gradient.Address(), FirstMoment = state.FirstMoment.Address(), SecondMoment = state.SecondMoment.Address(),
            Decay = update.Decay, StepSize = update.StepSize, RootCorrection = update.RootCorrection,
            Beta1 = options.Beta1, Beta2 = options.Beta2, Eps = options.Epsilon,
        };
    }
}
