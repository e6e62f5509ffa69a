using static TraceFast.Training.Logistic;

namespace TraceFast.Training;

/// <summary>
/// With x = b m and the blend w = s(x / t): L = -(1 - w) log s(x) + w exp(-x), whose derivative with respect to x is
/// -(1 - w) s(-x) + w' log s(x) - w exp(-x) + w' exp(-x), w' = w (1 - w) / t.
/// Source: DiscoPOP (log-ratio modulated loss), arXiv 2406.08414, eq. 5. Products with exp(-x) are taken as one exponential,
/// because w falls faster than exp(-x) rises (t below 1) and 0 times infinity must not appear.
/// </summary>
public sealed record DiscoPopLoss(double Beta, double Tau = 0.05) : MarginLoss
{
    public override MarginValue Evaluate(double m)
    {
        double x = Beta * m;
        (double logBlend, double logRest) = (LogSigmoid(x / Tau), LogSigmoid(-x / Tau));
        double rest = Math.Exp(logRest);
        double logistic = LogSigmoid(x);
        double blendedExp = Math.Exp(logBlend - x);
        double slope = -rest * Sigmoid(-x) + (Math.Exp(logBlend + logRest) * logistic + Math.Exp(logBlend + logRest - x)) / Tau - blendedExp;
        return new MarginValue(-rest * logistic + blendedExp, Beta * slope);
    }
}
