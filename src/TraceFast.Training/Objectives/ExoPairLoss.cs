using static TraceFast.Training.Logistic;

namespace TraceFast.Training;

/// <summary>
/// The reverse KL divergence of (s(b m), s(-b m)) from (1 - e, e):
/// L = s(b m) (log s(b m) - log(1 - e)) + s(-b m) (log s(-b m) - log e), with slope b s'(b m) (b m - log((1 - e) / e)).
/// Source: EXO, arXiv 2402.00856, eq. 16. e = 0 has no finite value; as in TRL it stands for 1e-3.
/// </summary>
public sealed record ExoPairLoss(double Beta, double LabelSmoothing = 0) : MarginLoss
{
    public override MarginValue Evaluate(double m)
    {
        double e = LabelSmoothing == 0 ? 1e-3 : LabelSmoothing;
        double x = Beta * m;
        double loss = Sigmoid(x) * (LogSigmoid(x) - Math.Log(1 - e)) + Sigmoid(-x) * (LogSigmoid(-x) - Math.Log(e));
        return new MarginValue(loss, Beta * Slope(x) * (x - Math.Log((1 - e) / e)));
    }
}
