namespace TraceFast.Training;

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
    /// <summary>Losses and slopes for B pairs.</summary>
    /// <param name="policyChosen">[B] summed log-probabilities; so are the others.</param>
    /// <returns>[B]: the slopes of record i, and the loss of the rank at which its <c>a</c> stands.</returns>
    public PairValue[] Evaluate(ReadOnlySpan<double> policyChosen, ReadOnlySpan<double> policyRejected, ReadOnlySpan<double> referenceChosen, ReadOnlySpan<double> referenceRejected)
    {
        int n = policyChosen.Length;
        (var a, var b) = (new double[n], new double[n]);
        for (int i = 0; i < n; i++)
            (a[i], b[i]) = Paired
                ? (policyChosen[i] - referenceChosen[i], policyRejected[i] - referenceRejected[i])
                : (policyChosen[i] - policyRejected[i], referenceChosen[i] - referenceRejected[i]);
        (int[] rankA, int[] rankB) = (Order(a), Order(b));
        var sigmoid = new SigmoidLoss(Beta, LabelSmoothing);
        (var loss, var chosen, var rejected) = (new double[n], new double[n], new double[n]);
        for (int k = 0; k < n; k++)
        {
            (int i, int j) = (rankA[k], rankB[k]);
            MarginValue value = sigmoid.Evaluate(a[i] - b[j]);
            loss[i] = value.Loss;
            chosen[i] = value.Slope;
            // aot: both policy terms of record i; aot_pair: the rejected term of the record that it is compared with.
            rejected[Paired ? j : i] = -value.Slope;
        }
        var values = new PairValue[n];
        for (int i = 0; i < n; i++)
            values[i] = new PairValue(loss[i], chosen[i], rejected[i]);
        return values;
    }

    /// <summary>Indices in ascending order of value; equal values keep their order.</summary>
    private static int[] Order(double[] values) => [.. Enumerable.Range(0, values.Length).OrderBy(i => values[i])];
}
