using static TraceFast.Training.Logistic;

namespace TraceFast.Training;

/// <summary>
/// L = s(b u) + 1 - s(b (u - v)), with slopes b (s'(b u) - s'(b (u - v))) and b s'(b (u - v)): both down, rejected more.
/// Source: anchored preference optimisation, arXiv 2408.06266, eq. 8.
/// </summary>
public sealed record ApoDownLoss(double Beta) : PairLoss
{
    public override PairValue Evaluate(double u, double v)
    {
        double x = Beta * (u - v);
        return new PairValue(Sigmoid(Beta * u) + Sigmoid(-x), Beta * (Slope(Beta * u) - Slope(x)), Beta * Slope(x));
    }
}
