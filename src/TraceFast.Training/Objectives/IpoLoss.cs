namespace TraceFast.Training;

/// <summary>
/// L = (m - 1 / (2 b))^2, with slope 2 (m - 1 / (2 b)); log-probabilities are averaged per label token.
/// Source: IPO, arXiv 2310.12036, eq. 17 (b is the paper's tau); the averaging is its authors' recommendation, as in TRL.
/// </summary>
public sealed record IpoLoss(double Beta) : MarginLoss
{
    public override bool LengthAveraged => true;

    public override MarginValue Evaluate(double m)
    {
        double gap = m - 1 / (2 * Beta);
        return new MarginValue(gap * gap, 2 * gap);
    }
}
