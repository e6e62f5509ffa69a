using TraceFast.Constraints;

namespace TraceFast.Synthesis.Rewards;

/// <summary>An answer's reward, and what is wrong with it.</summary>
public readonly record struct RewardedAnswer(double Reward, AnswerGuards Guards);

/// <summary>
/// Rewards answers by the constraints that their prompts state:
/// <code>
///   share   constraints obeyed / constraints that a program checks
///   all     1 if all of these are obeyed, else 0
/// </code>
/// Constraints that only a reader can judge do not count.
/// </summary>
/// <param name="all">Not the share.</param>
/// <param name="guarded">An answer that one of <see cref="AnswerGuards"/> holds of has reward 0.</param>
public sealed class ConstraintReward(bool all, bool guarded)
{
    /// <summary>Whether a program checks one of the constraints, so that answers can be rewarded.</summary>
    public static bool Checks(IReadOnlyList<StatedConstraint> constraints) => constraints.Any(c => c.Constraint.Type.IsRuleChecked);

    /// <param name="prompt">All that the policy was told.</param>
    /// <param name="constraints">At least one is checked by a program.</param>
    public RewardedAnswer Of(string prompt, IReadOnlyList<StatedConstraint> constraints, string answer)
    {
        AnswerGuards guards = AnswerGuards.Of(prompt, answer);
        Response response = new(answer);
        Outcome[] outcomes =
            [.. constraints.Select(c => c.Constraint.Check(response).Outcome).Where(outcome => outcome != Outcome.NeedsJudge)];
        int obeyed = outcomes.Count(outcome => outcome == Outcome.Obeyed);
        double reward = outcomes.Length == 0 || (guarded && guards.Any) ? 0
            : all ? (obeyed == outcomes.Length ? 1 : 0)
            : (double)obeyed / outcomes.Length;
        return new RewardedAnswer(reward, guards);
    }
}
