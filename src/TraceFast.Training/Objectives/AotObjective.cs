namespace TraceFast.Training;

/// <summary>
/// <see cref="AotLoss"/> on pairs: the records of a micro-batch are compared by rank, so that a micro-batch is evaluated whole.
/// The SFT term is ftx times -policy / labels of the chosen response, as in <see cref="PreferenceObjective"/>.
/// </summary>
public sealed class AotObjective(AotLoss loss, IReadOnlyList<SequenceRole> roles, double ftx = 0) : Objective
{
    public override string Name => loss.Paired ? "aot_pair" : "aot";

    public override IReadOnlyList<SequenceRole> Roles => roles;

    public override bool NeedsReference => true;

    public override bool CouplesMicroBatch => true;

    public override ObjectiveValue Evaluate(ReadOnlySpan<SequenceLogProb> sequences) =>
        throw new InvalidOperationException($"{Name} compares the records of a micro-batch; evaluate the micro-batch");

    public override IReadOnlyList<ObjectiveValue> EvaluateMicroBatch(IReadOnlyList<SequenceLogProb[]> records)
    {
        PairValue[] values = loss.Evaluate(
            [.. records.Select(r => r[0].Policy)], [.. records.Select(r => r[1].Policy)],
            [.. records.Select(r => r[0].Reference)], [.. records.Select(r => r[1].Reference)]);
        return [.. records.Select((r, i) => Value(r, values[i]))];
    }

    private ObjectiveValue Value(SequenceLogProb[] r, PairValue value)
    {
        double[] rewards = [loss.Beta * (r[0].Policy - r[0].Reference), loss.Beta * (r[1].Policy - r[1].Reference)];
        double margin = rewards[0] - rewards[1];
        return new ObjectiveValue(
            value.Loss - ftx * r[0].Policy / r[0].Labels, [value.ChosenSlope - ftx / r[0].Labels, value.RejectedSlope], rewards, margin, margin > 0 ? 1 : 0);
    }
}
