namespace TraceFast.Kernels;

/// <summary>linear_log_prob with the passes over a tile of logits joined in C++; formula and shapes at <see cref="ILinearLogProb"/>.</summary>
public sealed class CpuLinearLogProb : ILinearLogProb
{
    public torch.Tensor Forward(torch.Tensor hidden, torch.Tensor weight, torch.Tensor targets, double logitScale, double? softcap)
    {
        ILinearLogProb.Check(hidden, weight, targets, logitScale, softcap);
        new Expect("linear_log_prob").Cpu(hidden, nameof(hidden));
        return LogProbSweep.Forward(hidden, weight, targets, logitScale, softcap ?? 0, fused: true);
    }
}
