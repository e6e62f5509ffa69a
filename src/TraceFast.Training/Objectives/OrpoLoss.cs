using static TraceFast.Training.Logistic;

namespace TraceFast.Training;

/// <summary>
/// L = -u - b log s(z), z = log odds(u) - log odds(v), odds(u) = exp u / (1 - exp u), u and v the policy's log-probabilities
/// averaged per label token. With p = exp u, q = exp v the slopes are
/// -1 - b / ((1 - p) + (p / q)(1 - q)) and b (1 - p) / ((1 - q) ((1 - p) + (p / q)(1 - q))).
/// Source: ORPO, arXiv 2403.07691, eqs. 4 to 7. A certain response (p = 1) has no odds; 1 - p is then taken as 2^-53, the
/// smallest that a double can tell from 0 there.
/// </summary>
public sealed record OrpoLoss(double Beta) : PairLoss
{
    private const double SmallestRest = 1.0 / (1L << 53);

    public override bool ReferenceFree => true;

    public override bool LengthAveraged => true;

    public override PairValue Evaluate(double u, double v)
    {
        PairValue bonus = Bonus(u, v);
        return new PairValue(-u - bonus.Loss, -1 - bonus.ChosenSlope, -bonus.RejectedSlope);
    }

    /// <summary>The term that is maximised beside the chosen log-likelihood, b log s(z), and its slopes.</summary>
    public PairValue Bonus(double u, double v)
    {
        (double restU, double restV) = (Rest(u), Rest(v));
        double z = u - v - (Math.Log(restU) - Math.Log(restV));
        double shared = restU + Math.Exp(u - v) * restV;
        return new PairValue(Beta * LogSigmoid(z), Beta / shared, -Beta * (restU / shared) / restV);
    }

    /// <summary>1 - exp(u).</summary>
    private static double Rest(double u) => Math.Max(-Expm1(u), SmallestRest);
}
