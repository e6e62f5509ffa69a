using static TraceFast.Training.Logistic;

namespace TraceFast.Training;

/// <summary>
/// L = -(1 - e) log s(b m) - e log s(-b m), with slope b (e s(b m) - (1 - e) s(-b m)).
/// Sources: DPO, arXiv 2305.18290, eq. 7; label smoothing (conservative DPO): E. Mitchell, "A note on DPO with noisy preferences", 2023;
/// with m = D it is IOPO, arXiv 2411.06208, eq. 8.
/// </summary>
public sealed record SigmoidLoss(double Beta, double LabelSmoothing = 0) : MarginLoss
{
    public override MarginValue Evaluate(double m)
    {
        double x = Beta * m;
        return new MarginValue(
            -(1 - LabelSmoothing) * LogSigmoid(x) - (LabelSmoothing == 0 ? 0 : LabelSmoothing * LogSigmoid(-x)),
            Beta * (LabelSmoothing * Sigmoid(x) - (1 - LabelSmoothing) * Sigmoid(-x)));
    }
}
