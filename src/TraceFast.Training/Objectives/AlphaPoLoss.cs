namespace TraceFast.Training;

/// <summary>
/// SimPO with the reward r(u) = (1 - exp(-a u)) / a instead of u (a = 0 is SimPO): L = sigmoid loss of m = r(u) - r(v) - g / b,
/// with slopes L'(m) exp(-a u) and -L'(m) exp(-a v); u and v averaged per label token.
/// Source: AlphaPO, arXiv 2501.03884, eq. 5.
/// </summary>
public sealed record AlphaPoLoss(double Beta, double Gamma, double Alpha, double LabelSmoothing = 0) : PairLoss
{
    public override bool ReferenceFree => true;

    public override bool LengthAveraged => true;

    public override PairValue Evaluate(double u, double v)
    {
        MarginValue value = new SigmoidLoss(Beta, LabelSmoothing).Evaluate(Reward(u) - Reward(v) - Gamma / Beta);
        // A saturated loss (slope 0) stays 0 even where the reward's own slope overflows.
        return value.Slope == 0
            ? new PairValue(value.Loss, 0, 0)
            : new PairValue(value.Loss, value.Slope * Math.Exp(-Alpha * u), -value.Slope * Math.Exp(-Alpha * v));
    }

    public override double Reward(double logRatio) => Alpha == 0 ? logRatio : -Logistic.Expm1(-Alpha * logRatio) / Alpha;
}
