using System.Runtime.InteropServices;
using TraceFast.Kernels.Native;

namespace TraceFast.Kernels.AdamW;

/// <summary>adamw in C++, one pass over all parameters; formula and order at <see cref="AdamWKernel"/>.</summary>
public sealed unsafe class CpuAdamW() : AdamWKernel(KernelProvider.Cpu)
{
    protected override void StepCore(IReadOnlyList<AdamWState> states, IReadOnlyList<torch.Tensor?> gradients, AdamWOptions options)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGrad = torch.no_grad();
        List<AdamWTensor> tensors = [];
        List<torch.Tensor> contiguous = []; // alive until the step is done
        for (int i = 0; i < states.Count; i++)
        {
            if (gradients[i] is not torch.Tensor gradient)
                continue;
            AdamWState state = states[i];
            Expect.That(
                state.Parameter.is_contiguous(), FormattableString.Invariant($"states[{i}]"), "not contiguous", "a contiguous parameter");
            gradient = gradient.contiguous();
            contiguous.Add(gradient);
            tensors.Add(new AdamWTensor
            {
                Dtype = state.Parameter.KernelDtype(), GradientDtype = gradient.KernelDtype(), Count = state.Parameter.numel(),
                Parameter = state.Parameter.Address(), Master = state.Master is null ? null : state.Master.Address(),
                Gradient = gradient.Address(), FirstMoment = state.FirstMoment.Address(), SecondMoment = state.SecondMoment.Address(),
                Decay = 1 - (options.LearningRate * options.WeightDecay),
                StepSize = options.LearningRate / (1 - Math.Pow(options.Beta1, state.Steps + 1)),
                RootCorrection = Math.Sqrt(1 - Math.Pow(options.Beta2, state.Steps + 1)),
                Beta1 = options.Beta1, Beta2 = options.Beta2, Eps = options.Epsilon,
            });
        }
        fixed (AdamWTensor* first = CollectionsMarshal.AsSpan(tensors))
            CpuKernels.Table.AdamW(first, tensors.Count);
        GC.KeepAlive((states, contiguous));
        for (int i = 0; i < states.Count; i++)
        {
            if (gradients[i] is null)
                continue;
            states[i].Steps++;
            BumpVersion(states[i].Parameter);
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
