using TraceFast.Training.Encoding;

namespace TraceFast.Training.Objectives;

/// <summary>
/// Alignment by optimal transport: the policy's and the reference's values of a micro-batch are sorted separately and the k-th
/// smallest are compared, L_k = sigmoid loss of m_k = a_(k) - b_(k).
/// <list type="bullet">
/// <item>aot: a = log p(chosen) - log p(rejected) under the policy, b = the same under the reference;</item>
/// <item>aot_pair: a = the chosen log-ratio, b = the rejected log-ratio.</item>
/// </list>
/// Source: AOT, arXiv 2406.05882, eqs. 5 and 6 (the one-dimensional transport plan sorts), as TRL reads them.
/// </summary>
public sealed record AotLoss(double Beta, double LabelSmoothing, bool Paired)
{
    /// <summary>Losses and gradients for B pairs.</summary>
    /// <param name="policyChosen">[B] summed log-probabilities; so are the others.</param>
    /// <returns>[B]: the gradient of record i, and the loss of the rank of its <c>a</c>.</returns>
    public PairLossValue[] Evaluate(
        ReadOnlySpan<double> policyChosen, ReadOnlySpan<double> policyRejected, ReadOnlySpan<double> referenceChosen,
        ReadOnlySpan<double> referenceRejected)
    {
        int n = policyChosen.Length;
        (double[]? a, double[]? b) = (new double[n], new double[n]);
        for (int i = 0; i < n; i++)
            (a[i], b[i]) = Paired
                ? (policyChosen[i] - referenceChosen[i], policyRejected[i] - referenceRejected[i])
                : (policyChosen[i] - policyRejected[i], referenceChosen[i] - referenceRejected[i]);
        (int[] rankA, int[] rankB) = (Order(a), Order(b));
        SigmoidLoss sigmoid = new(Beta, LabelSmoothing);
        (double[]? loss, double[]? chosen, double[]? rejected) = (new double[n], new double[n], new double[n]);
        for (int k = 0; k < n; k++)
        {
            (int i, int j) = (rankA[k], rankB[k]);
            MarginLossValue value = sigmoid.Evaluate(a[i] - b[j]);
            loss[i] = value.Loss;
            chosen[i] = value.Gradient;
            // aot: both policy terms of record i; aot_pair: the rejected term of the record that it is compared with.
            rejected[Paired ? j : i] = -value.Gradient;
        }
        PairLossValue[] values = new PairLossValue[n];
        for (int i = 0; i < n; i++)
            values[i] = new PairLossValue(loss[i], chosen[i], rejected[i]);
        return values;
    }

    /// <summary>Indices in ascending order of value; equal values keep their order.</summary>
    private static int[] Order(double[] values) => [.. Enumerable.Range(0, values.Length).OrderBy(i => values[i])];
}

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
        PairLossValue[] values = loss.Evaluate(
            [.. records.Select(r => r[0].Policy)], [.. records.Select(r => r[1].Policy)],
            [.. records.Select(r => r[0].Reference)], [.. records.Select(r => r[1].Reference)]);
        return [.. records.Select((r, i) => Value(r, values[i]))];
    }

    private ObjectiveValue Value(SequenceLogProb[] r, PairLossValue value)
    {
        double[] rewards = [loss.Beta * (r[0].Policy - r[0].Reference), loss.Beta * (r[1].Policy - r[1].Reference)];
        double margin = rewards[0] - rewards[1];
        double[] gradient = [value.ChosenGradient - ftx / r[0].Labels, value.RejectedGradient];
        return new ObjectiveValue(value.Loss - ftx * r[0].Policy / r[0].Labels, gradient, rewards, margin, margin > 0 ? 1 : 0);
    }
}
