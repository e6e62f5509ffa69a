using TraceFast.Training.Encoding;

namespace TraceFast.Training.Objectives;

/// <summary>The log-probability of one sequence's labels.</summary>
/// <param name="Policy">Summed over the labels under the policy (nats).</param>
/// <param name="Reference">The same under the reference model; ignored where the objective needs none.</param>
/// <param name="Labels">How many labels were summed; 0: the record has no such sequence.</param>
/// <param name="Verified">Its response obeys its instruction, as far as the record says.</param>
/// <param name="Advantage">Of a sampled answer; 0 of anything else.</param>
public readonly record struct SequenceLogProb(double Policy, double Reference, int Labels, bool Verified = true, double Advantage = 0);

/// <summary>The result of an objective on one record. Arrays follow <see cref="Objective.Roles"/>.</summary>
/// <param name="Loss">The record's loss (nats).</param>
/// <param name="Gradient">d loss / d policy sum of each sequence.</param>
/// <param name="Rewards">beta (policy - reference) of each sequence; empty where the objective has no preference.</param>
/// <param name="Margin">Rewards of the preferred sequences minus those of the others; 0 where the objective has no preference.</param>
/// <param name="Accuracy">Share of the record's comparisons that the policy gets right; a tie is wrong. 0 where the objective has no
/// preference.</param>
public sealed record ObjectiveValue(double Loss, double[] Gradient, double[] Rewards, double Margin, double Accuracy);

/// <summary>
/// Turns the log-probabilities of a record's sequences into its loss and gradient, in double and without tensors; the training
/// loop scales the gradient by the record's coefficient and sends it backward.
/// </summary>
public abstract class Objective
{
    /// <summary>Its name for the log.</summary>
    public abstract string Name { get; }

    /// <summary>The sequences of a record that it needs, in the order of every array; no others are computed.</summary>
    public abstract IReadOnlyList<SequenceRole> Roles { get; }

    /// <summary>Whether <see cref="SequenceLogProb.Reference"/> must be filled.</summary>
    public abstract bool NeedsReference { get; }

    /// <summary>
    /// Whether a record's loss is a sum over its labels, which are weighed by sft_loss_reduction, and not a preference with a margin.
    /// </summary>
    public virtual bool SumsLabels => false;

    /// <summary>
    /// Whether records of a micro-batch are compared with each other: then a whole micro-batch is evaluated (and packed) at once.
    /// </summary>
    public virtual bool CouplesMicroBatch => false;

    /// <summary>Evaluates one record.</summary>
    /// <param name="sequences">One entry for each of <see cref="Roles"/>.</param>
    /// <exception cref="InvalidOperationException">The objective couples the records of a micro-batch.</exception>
    public abstract ObjectiveValue Evaluate(ReadOnlySpan<SequenceLogProb> sequences);

    /// <summary>Evaluates the records of a micro-batch: each alone, unless the objective couples them.</summary>
    public virtual IReadOnlyList<ObjectiveValue> EvaluateMicroBatch(IReadOnlyList<SequenceLogProb[]> records) =>
        [.. records.Select(r => Evaluate(r))];
}

/// <summary>
/// Supervised fine-tuning: L = -log p(labels), summed; the coefficient of the step's reduction makes it a mean per token.
/// </summary>
public sealed class SftObjective : Objective
{
    public override string Name => "sft";

    public override IReadOnlyList<SequenceRole> Roles { get; } = [SequenceRole.Sft];

    public override bool NeedsReference => false;

    public override bool SumsLabels => true;

    public override ObjectiveValue Evaluate(ReadOnlySpan<SequenceLogProb> sequences) => new(-sequences[0].Policy, [-1], [], 0, 0);
}
