using static TraceFast.Training.Logistic;

namespace TraceFast.Training;

/// <summary>
/// L = -log s(b u) - 1/2 log s(-b u) - 1/2 log s(-b v), with slopes b (1/2 s(b u) - s(-b u)) and 1/2 b s(b v).
/// Source: noise contrastive alignment, arXiv 2402.05369, pairwise form (its appendix A).
/// </summary>
public sealed record NcaPairLoss(double Beta) : PairLoss
{
    public override PairValue Evaluate(double u, double v)
    {
        (double x, double y) = (Beta * u, Beta * v);
        return new PairValue(
            -LogSigmoid(x) - 0.5 * LogSigmoid(-x) - 0.5 * LogSigmoid(-y),
            Beta * (0.5 * Sigmoid(x) - Sigmoid(-x)),
            0.5 * Beta * Sigmoid(y));
    }
}
