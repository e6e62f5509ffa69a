namespace TraceFast.Kernels.LinearLogProb;

/// <summary>
/// linear_log_prob as written: all logits, log softmax, the targets' entries; formula and shapes at
/// <see cref="LinearLogProbKernel"/>.
/// </summary>
public sealed class ReferenceLinearLogProb() : LinearLogProbKernel(KernelProvider.Reference)
{
    protected override torch.Tensor ForwardCore(
        torch.Tensor hidden, torch.Tensor weight, torch.Tensor targets, double logitScale, double? softcap)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor z = torch.matmul(hidden, weight.t()).to(Precision.Accumulation(hidden.dtype)) * logitScale; // [M, V]
        if (softcap is double cap)
            z = (z / cap).tanh() * cap;
        return torch.nn.functional.log_softmax(z, -1).gather(1, targets.unsqueeze(1)).squeeze(1).MoveToOuterDisposeScope();
    }
}
