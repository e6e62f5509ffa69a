namespace TraceFast.Kernels;

/// <summary>linear_log_prob in libtorch operations over tiles of rows and of the vocabulary; formula and shapes at <see cref="ILinearLogProb"/>.</summary>
public sealed class ReferenceLinearLogProb : ILinearLogProb
{
    public torch.Tensor Forward(torch.Tensor hidden, torch.Tensor weight, torch.Tensor targets, double logitScale, double? softcap)
    {
        ILinearLogProb.Check(hidden, weight, targets, logitScale, softcap);
        return LogProbSweep.Forward(hidden, weight, targets, logitScale, softcap ?? 0, fused: false);
    }
}
