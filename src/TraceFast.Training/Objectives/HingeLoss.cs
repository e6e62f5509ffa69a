namespace TraceFast.Training;

/// <summary>
/// L = max(0, 1 - b m), with slope -b while 1 - b m is positive and 0 otherwise.
/// Source: SLiC, arXiv 2305.10425, in RSO's normalised form, arXiv 2309.06657, eq. 7.
/// </summary>
public sealed record HingeLoss(double Beta) : MarginLoss
{
    public override MarginValue Evaluate(double m)
    {
        double gap = 1 - Beta * m;
        return gap > 0 ? new MarginValue(gap, -Beta) : new MarginValue(0, 0);
    }
}
