namespace TraceFast.Training;

/// <summary>
/// L = (u - 1/(2 b))^2 + (v + 1/(2 b))^2, with slopes 2 (u - 1/(2 b)) and 2 (v + 1/(2 b)).
/// Source: SPPO, arXiv 2405.00675, eq. 4.7 with win probabilities 1 and 0.
/// </summary>
public sealed record SppoHardLoss(double Beta) : PairLoss
{
    public override PairValue Evaluate(double u, double v)
    {
        (double x, double y) = (u - 0.5 / Beta, v + 0.5 / Beta);
        return new PairValue(x * x + y * y, 2 * x, 2 * y);
    }
}
