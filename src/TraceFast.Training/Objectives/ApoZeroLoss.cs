using static TraceFast.Training.Logistic;

namespace TraceFast.Training;

/// <summary>
/// L = 1 - s(b u) + s(b v), with slopes -b s'(b u) and b s'(b v): chosen up, rejected down.
/// Source: anchored preference optimisation, arXiv 2408.06266, eq. 7.
/// </summary>
public sealed record ApoZeroLoss(double Beta) : PairLoss
{
    public override PairValue Evaluate(double u, double v) =>
        new(Sigmoid(-Beta * u) + Sigmoid(Beta * v), -Beta * Slope(Beta * u), Beta * Slope(Beta * v));
}
