namespace TraceFast.Training;

/// <summary>
/// L = sigmoid loss of m = u - v - g / b, where u and v are the policy's log-probabilities averaged per label token and g the
/// target reward margin; slopes as the sigmoid loss has them.
/// Source: SimPO, arXiv 2405.14734, eq. 6.
/// </summary>
public sealed record SimPoLoss(double Beta, double Gamma, double LabelSmoothing = 0) : PairLoss
{
    public override bool ReferenceFree => true;

    public override bool LengthAveraged => true;

    public override PairValue Evaluate(double u, double v)
    {
        MarginValue value = new SigmoidLoss(Beta, LabelSmoothing).Evaluate(u - v - Gamma / Beta);
        return new PairValue(value.Loss, value.Slope, -value.Slope);
    }
}
