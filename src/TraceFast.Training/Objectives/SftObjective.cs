namespace TraceFast.Training;

/// <summary>
/// Supervised fine-tuning: L = -log p(labels), summed; the coefficient of the step's normalisation makes it a mean per token.
/// </summary>
public sealed class SftObjective : Objective
{
    public override string Name => "sft";

    public override IReadOnlyList<SequenceRole> Roles { get; } = [SequenceRole.Sft];

    public override bool NeedsReference => false;

    public override ObjectiveValue Evaluate(ReadOnlySpan<SequenceLogProb> sequences) => new(-sequences[0].Policy, [-1], [], 0, 0);
}
