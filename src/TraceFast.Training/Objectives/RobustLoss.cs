using static TraceFast.Training.Logistic;

namespace TraceFast.Training;

/// <summary>
/// L = (-(1 - e) log s(b m) + e log s(-b m)) / (1 - 2 e), with slope -b ((1 - e) s(-b m) + e s(b m)) / (1 - 2 e), e below 1/2.
/// Source: robust DPO, arXiv 2403.00409, eq. 12.
/// </summary>
public sealed record RobustLoss(double Beta, double LabelSmoothing = 0) : MarginLoss
{
    public override MarginValue Evaluate(double m)
    {
        double x = Beta * m;
        double scale = 1 / (1 - 2 * LabelSmoothing);
        return new MarginValue(
            scale * (-(1 - LabelSmoothing) * LogSigmoid(x) + (LabelSmoothing == 0 ? 0 : LabelSmoothing * LogSigmoid(-x))),
            -Beta * scale * ((1 - LabelSmoothing) * Sigmoid(-x) + LabelSmoothing * Sigmoid(x)));
    }
}
