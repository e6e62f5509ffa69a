using static TraceFast.Training.Logistic;

namespace TraceFast.Training;

/// <summary>
/// Unpaired preference losses of one log-ratio u: a desirable response and an undesirable one,
/// L = w_d (1 - s(b (u - z))) with slope -w_d b s'(b (u - z)), and L = w_u (1 - s(b (z - u))) with slope w_u b s'(b (z - u)).
/// z = max(0, mean of policy minus reference on mismatched prompt-response pairs) is a constant for the gradient.
/// Source: KTO, arXiv 2402.01306, eqs. 7 and 8; z = 0 is APO-zero unpaired, arXiv 2408.06266.
/// No data layout feeds it yet, so it is a function and not an objective.
/// </summary>
public sealed record KtoLoss(double Beta, double DesirableWeight = 1, double UndesirableWeight = 1)
{
    /// <summary>z from the log-probabilities of mismatched pairs; without any, 0.</summary>
    public static double Anchor(ReadOnlySpan<double> policy, ReadOnlySpan<double> reference)
    {
        double sum = 0;
        for (int i = 0; i < policy.Length; i++)
            sum += policy[i] - reference[i];
        return policy.Length == 0 ? 0 : Math.Max(0, sum / policy.Length);
    }

    public MarginValue Desirable(double u, double z) => new(DesirableWeight * Sigmoid(-Beta * (u - z)), -DesirableWeight * Beta * Slope(Beta * (u - z)));

    public MarginValue Undesirable(double u, double z) => new(UndesirableWeight * Sigmoid(-Beta * (z - u)), UndesirableWeight * Beta * Slope(Beta * (z - u)));
}
