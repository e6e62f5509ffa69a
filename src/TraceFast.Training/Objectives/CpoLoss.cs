namespace TraceFast.Training;

/// <summary>
/// L = margin loss of m = u - v on the policy's log-probabilities alone (the sigmoid of summed ones is CPO's preference term;
/// hinge and ipo as in TRL's CPOTrainer); slopes as the margin loss has them.
/// Source: CPO, arXiv 2401.08417, eq. 3; its behaviour-cloning term is the objective's weight on the chosen response.
/// </summary>
public sealed record CpoLoss(MarginLoss Loss) : PairLoss
{
    public override bool ReferenceFree => true;

    public override bool LengthAveraged => Loss.LengthAveraged;

    public override PairValue Evaluate(double u, double v)
    {
        MarginValue value = Loss.Evaluate(u - v);
        return new PairValue(value.Loss, value.Slope, -value.Slope);
    }
}
