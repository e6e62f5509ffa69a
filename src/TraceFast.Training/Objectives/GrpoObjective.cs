using TraceFast.Training.Encoding;

namespace TraceFast.Training.Objectives;

/// <summary>
/// GRPO on answers that the present policy has sampled:
/// <code>
///   L_i = - sum over the n_i labels t of answer i of rho_t A_i,   rho_t = exp(lp_t - lp_t of the policy that sampled it)
/// </code>
/// Each answer is trained on once (num_iterations 1), by the policy that sampled it: rho_t is 1, clipping it to 1 +- epsilon changes
/// nothing, and
/// <code>
///   L_i = - A_i n_i,   d L_i / d (sum of the log-probs of answer i) = - A_i
/// </code>
/// A_i is the advantage (Rollouts). The coefficient 1 / T of sft_loss_reduction: token makes it TRL's loss_type dapo, mean_of_means with
/// loss_reduction: records its loss_type grpo, with microbatch bnpo.
/// Source: arXiv 2402.03300 and 2503.14476; TRL GRPOTrainer._compute_loss, importance_sampling_level token, beta 0.
/// </summary>
public sealed class GrpoObjective : Objective
{
    public override string Name => "grpo";

    public override IReadOnlyList<SequenceRole> Roles { get; } = [SequenceRole.Sampled];

    public override bool NeedsReference => false;

    public override bool SumsLabels => true;

    public override ObjectiveValue Evaluate(ReadOnlySpan<SequenceLogProb> sequences)
    {
        SequenceLogProb s = sequences[0];
        // 1, but not a number where the log-probability is none.
        double ratio = Math.Exp(s.Policy - s.Policy);
        return new ObjectiveValue(-s.Advantage * ratio * s.Labels, [-s.Advantage], [], 0, 0);
    }
}
