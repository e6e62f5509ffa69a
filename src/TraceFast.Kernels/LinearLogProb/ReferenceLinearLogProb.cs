using TraceFast.Kernels.Native;

namespace TraceFast.Kernels;

/// <summary>
/// linear_log_prob in libtorch operations over tiles of rows and of the vocabulary; formula and shapes at
/// <see cref="ILinearLogProb"/>. A torch::autograd::Function in C++ (native/autograd/linear_log_prob.cpp), since the
/// gradient to a trained head needs the tiles again, which plain recorded operations would keep.
/// </summary>
public sealed class ReferenceLinearLogProb : ILinearLogProb
{
    public unsafe torch.Tensor Forward(torch.Tensor hidden, torch.Tensor weight, torch.Tensor targets, double logitScale, double? softcap)
    {
        ILinearLogProb.Check(hidden, weight, targets, logitScale, softcap);
        nint result;
        AutogradLibrary.Check(AutogradLibrary.tracefast_linear_log_prob(hidden.Handle, weight.Handle, targets.Handle, logitScale, softcap ?? 0, fused: 0, &result));
        GC.KeepAlive(hidden);
        GC.KeepAlive(weight);
        GC.KeepAlive(targets);
        return torch.Tensor.UnsafeCreateTensor(result);
    }
}
