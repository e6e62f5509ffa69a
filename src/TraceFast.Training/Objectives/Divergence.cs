using static TraceFast.Training.Logistic;

namespace TraceFast.Training;

/// <summary>
/// The margin of two log-ratios under an f-divergence penalty, m = f'(exp u) - f'(exp v), and its slopes.
/// Source: beyond reverse KL, arXiv 2309.16240, table 1, with TRL's reading of each.
/// </summary>
public abstract record Divergence
{
    /// <summary>m and its derivatives with respect to u and v.</summary>
    public abstract PairValue Margin(double u, double v);

    /// <summary>Reverse KL, the usual one: m = u - v.</summary>
    public sealed record ReverseKl : Divergence
    {
        public override PairValue Margin(double u, double v) => new(u - v, 1, -1);
    }

    /// <summary>Jensen-Shannon: m = log(2 r / (1 + r)) at r = exp u minus the same at exp v = log s(u) - log s(v).</summary>
    public sealed record JensenShannon : Divergence
    {
        public override PairValue Margin(double u, double v) => new(LogSigmoid(u) - LogSigmoid(v), Sigmoid(-u), -Sigmoid(-v));
    }

    /// <summary>
    /// Alpha divergence: m = (exp(-a v) - exp(-a u)) / a. As in TRL the exponent is capped at the largest that a double can
    /// hold, rounded down to four decimals, and the slope is 0 beyond it.
    /// </summary>
    public sealed record Alpha(double Coefficient = 1) : Divergence
    {
        private const double Cap = 709.7827;

        public override PairValue Margin(double u, double v)
        {
            (double atU, double slopeU) = Capped(-Coefficient * u);
            (double atV, double slopeV) = Capped(-Coefficient * v);
            return new PairValue((atV - atU) / Coefficient, slopeU, -slopeV);
        }

        private static (double Value, double Slope) Capped(double exponent)
        {
            double value = Math.Exp(Math.Min(exponent, Cap));
            return (value, exponent <= Cap ? value : 0);
        }
    }
}
