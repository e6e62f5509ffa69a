using static TraceFast.Training.Objectives.Logistic;

namespace TraceFast.Training.Objectives;

/// <summary>A loss and its derivative with respect to the margin.</summary>
public readonly record struct MarginLossValue(double Loss, double Gradient);

/// <summary>
/// A loss of one number, the margin m by which the preferred log-ratios exceed the others (DPO: (pc - rc) - (pr - rr); IOPO: D).
/// Each has its formula, its source and its closed-form derivative.
/// </summary>
public abstract record MarginLoss
{
    /// <summary>The loss and its derivative at margin <paramref name="m"/> (nats).</summary>
    public abstract MarginLossValue Evaluate(double m);

    /// <summary>Whether log-probabilities are averaged per label token before the margin is taken.</summary>
    public virtual bool LengthAveraged => false;
}

/// <summary>
/// L = -(1 - e) log s(b m) - e log s(-b m), with derivative b (e s(b m) - (1 - e) s(-b m)).
/// Sources: DPO, arXiv 2305.18290, eq. 7; label smoothing (conservative DPO): E. Mitchell, "A note on DPO with noisy preferences", 2023;
/// with m = D it is IOPO, arXiv 2411.06208, eq. 8.
/// </summary>
public sealed record SigmoidLoss(double Beta, double LabelSmoothing = 0) : MarginLoss
{
    public override MarginLossValue Evaluate(double m)
    {
        double x = Beta * m;
        return new MarginLossValue(
            -(1 - LabelSmoothing) * LogSigmoid(x) - (LabelSmoothing == 0 ? 0 : LabelSmoothing * LogSigmoid(-x)),
            Beta * (LabelSmoothing * Sigmoid(x) - (1 - LabelSmoothing) * Sigmoid(-x)));
    }
}

/// <summary>
/// L = (-(1 - e) log s(b m) + e log s(-b m)) / (1 - 2 e), with derivative -b ((1 - e) s(-b m) + e s(b m)) / (1 - 2 e), e below 1/2.
/// Source: robust DPO, arXiv 2403.00409, eq. 12.
/// </summary>
public sealed record RobustLoss(double Beta, double LabelSmoothing = 0) : MarginLoss
{
    public override MarginLossValue Evaluate(double m)
    {
        double x = Beta * m;
        double scale = 1 / (1 - 2 * LabelSmoothing);
        return new MarginLossValue(
            scale * (-(1 - LabelSmoothing) * LogSigmoid(x) + (LabelSmoothing == 0 ? 0 : LabelSmoothing * LogSigmoid(-x))),
            -Beta * scale * ((1 - LabelSmoothing) * Sigmoid(-x) + LabelSmoothing * Sigmoid(x)));
    }
}

/// <summary>
/// L = max(0, 1 - b m), with derivative -b while 1 - b m is positive and 0 otherwise.
/// Source: SLiC, arXiv 2305.10425, in RSO's normalized form, arXiv 2309.06657, eq. 7.
/// </summary>
public sealed record HingeLoss(double Beta) : MarginLoss
{
    public override MarginLossValue Evaluate(double m)
    {
        double gap = 1 - Beta * m;
        return gap > 0 ? new MarginLossValue(gap, -Beta) : new MarginLossValue(0, 0);
    }
}

/// <summary>
/// L = (m - 1 / (2 b))^2, with derivative 2 (m - 1 / (2 b)); log-probabilities are averaged per label token.
/// Source: IPO, arXiv 2310.12036, eq. 17 (b is the paper's tau); the averaging is its authors' recommendation, as in TRL.
/// </summary>
public sealed record IpoLoss(double Beta) : MarginLoss
{
    public override bool LengthAveraged => true;

    public override MarginLossValue Evaluate(double m)
    {
        double gap = m - 1 / (2 * Beta);
        return new MarginLossValue(gap * gap, 2 * gap);
    }
}

/// <summary>
/// The reverse KL divergence of (s(b m), s(-b m)) from (1 - e, e):
/// L = s(b m) (log s(b m) - log(1 - e)) + s(-b m) (log s(-b m) - log e), with derivative b s'(b m) (b m - log((1 - e) / e)).
/// Source: EXO, arXiv 2402.00856, eq. 16. e = 0 has no finite value; as in TRL it stands for 1e-3.
/// </summary>
public sealed record ExoPairLoss(double Beta, double LabelSmoothing = 0) : MarginLoss
{
    public override MarginLossValue Evaluate(double m)
    {
        double e = LabelSmoothing == 0 ? 1e-3 : LabelSmoothing;
        double x = Beta * m;
        double loss = Sigmoid(x) * (LogSigmoid(x) - Math.Log(1 - e)) + Sigmoid(-x) * (LogSigmoid(-x) - Math.Log(e));
        return new MarginLossValue(loss, Beta * Derivative(x) * (x - Math.Log((1 - e) / e)));
    }
}

/// <summary>
/// With x = b m and the blend w = s(x / t): L = -(1 - w) log s(x) + w exp(-x), whose derivative with respect to x is
/// -(1 - w) s(-x) + w' log s(x) - w exp(-x) + w' exp(-x), w' = w (1 - w) / t.
/// Source: DiscoPOP (log-ratio modulated loss), arXiv 2406.08414, eq. 5. Products with exp(-x) are taken as one exponential,
/// because w falls faster than exp(-x) rises (t below 1) and 0 times infinity must not appear.
/// </summary>
public sealed record DiscoPopLoss(double Beta, double Tau = 0.05) : MarginLoss
{
    public override MarginLossValue Evaluate(double m)
    {
        double x = Beta * m;
        (double logBlend, double logRest) = (LogSigmoid(x / Tau), LogSigmoid(-x / Tau));
        double rest = Math.Exp(logRest);
        double logistic = LogSigmoid(x);
        double blendedExp = Math.Exp(logBlend - x);
        double derivative = -rest * Sigmoid(-x) + (Math.Exp(logBlend + logRest) * logistic + Math.Exp(logBlend + logRest - x)) / Tau
            - blendedExp;
        return new MarginLossValue(-rest * logistic + blendedExp, Beta * derivative);
    }
}
