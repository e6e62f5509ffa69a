using static TraceFast.Training.Objectives.Logistic;

namespace TraceFast.Training.Objectives;

/// <summary>A loss and its derivatives with respect to the chosen and the rejected log-ratio.</summary>
public readonly record struct PairLossValue(double Loss, double ChosenGradient, double RejectedGradient);

/// <summary>
/// A loss of two numbers: the chosen log-ratio u = log p(chosen) - log q(chosen) and the rejected one v, p the policy, q the
/// reference (q = 1 where the loss is reference-free). IOPO passes sums: u of the chosen, v of the rejected. Each has its
/// formula, its source and its closed-form derivatives.
/// </summary>
public abstract record PairLoss
{
    /// <summary>The loss and its gradient.</summary>
    public abstract PairLossValue Evaluate(double u, double v);

    /// <summary>Whether log-probabilities are averaged per label token first.</summary>
    public virtual bool LengthAveraged => false;

    /// <summary>Whether the loss is defined without a reference (u and v are then the policy's log-probabilities).</summary>
    public virtual bool ReferenceFree => false;

    /// <summary>What the policy is rewarded for, before scaling by beta: the log-ratio itself unless the loss transforms it.</summary>
    public virtual double Reward(double logRatio) => logRatio;
}

/// <summary>A loss of the margin m(u, v) that a divergence defines (reverse KL: m = u - v); derivatives by the chain rule.</summary>
/// <param name="Loss">The loss of the margin.</param>
/// <param name="Divergence">How two log-ratios make a margin.</param>
/// <param name="WithoutReference">TRL's reference_free: the reference's log-probabilities count as 0.</param>
public sealed record MarginPairLoss(MarginLoss Loss, Divergence Divergence, bool WithoutReference = false) : PairLoss
{
    public MarginPairLoss(MarginLoss loss)
        : this(loss, new Divergence.ReverseKl())
    {
    }

    public override bool LengthAveraged => Loss.LengthAveraged;

    public override bool ReferenceFree => WithoutReference;

    public override PairLossValue Evaluate(double u, double v)
    {
        PairMargin margin = Divergence.Margin(u, v);
        MarginLossValue value = Loss.Evaluate(margin.Margin);
        // A saturated loss (gradient 0) stays 0 even where the divergence's own derivatives overflow.
        return value.Gradient == 0
            ? new PairLossValue(value.Loss, 0, 0)
            : new PairLossValue(value.Loss, value.Gradient * margin.ChosenGradient, value.Gradient * margin.RejectedGradient);
    }
}

/// <summary>The margin of a chosen and a rejected log-ratio, and its derivatives with respect to each.</summary>
public readonly record struct PairMargin(double Margin, double ChosenGradient, double RejectedGradient);

/// <summary>
/// The margin of two log-ratios under an f-divergence penalty, m = f'(exp u) - f'(exp v), and its gradient.
/// Source: beyond reverse KL, arXiv 2309.16240, table 1, with TRL's reading of each.
/// </summary>
public abstract record Divergence
{
    /// <summary>The margin at log-ratios u and v.</summary>
    public abstract PairMargin Margin(double u, double v);

    /// <summary>Reverse KL, the usual one: m = u - v.</summary>
    public sealed record ReverseKl : Divergence
    {
        public override PairMargin Margin(double u, double v) => new(u - v, 1, -1);
    }

    /// <summary>Jensen-Shannon: m = log(2 r / (1 + r)) at r = exp u minus the same at exp v = log s(u) - log s(v).</summary>
    public sealed record JensenShannon : Divergence
    {
        public override PairMargin Margin(double u, double v) => new(LogSigmoid(u) - LogSigmoid(v), Sigmoid(-u), -Sigmoid(-v));
    }

    /// <summary>
    /// Alpha divergence: m = (exp(-a v) - exp(-a u)) / a. As in TRL the exponent is capped at the largest that a double can
    /// hold, rounded down to four decimals, and the derivative is 0 beyond it.
    /// </summary>
    public sealed record Alpha(double Coefficient = 1) : Divergence
    {
        private const double Cap = 709.7827;

        public override PairMargin Margin(double u, double v)
        {
            (double atU, double derivativeU) = Capped(-Coefficient * u);
            (double atV, double derivativeV) = Capped(-Coefficient * v);
            return new PairMargin((atV - atU) / Coefficient, derivativeU, -derivativeV);
        }

        private static (double Value, double Gradient) Capped(double exponent)
        {
            double value = Math.Exp(Math.Min(exponent, Cap));
            return (value, exponent <= Cap ? value : 0);
        }
    }
}

/// <summary>
/// L = -log s(b u) - 1/2 log s(-b u) - 1/2 log s(-b v), with derivatives b (1/2 s(b u) - s(-b u)) and 1/2 b s(b v).
/// Source: noise contrastive alignment, arXiv 2402.05369, pairwise form (its appendix A).
/// </summary>
public sealed record NcaPairLoss(double Beta) : PairLoss
{
    public override PairLossValue Evaluate(double u, double v)
    {
        (double x, double y) = (Beta * u, Beta * v);
        return new PairLossValue(
            -LogSigmoid(x) - 0.5 * LogSigmoid(-x) - 0.5 * LogSigmoid(-y),
            Beta * (0.5 * Sigmoid(x) - Sigmoid(-x)),
            0.5 * Beta * Sigmoid(y));
    }
}

/// <summary>
/// L = (u - 1/(2 b))^2 + (v + 1/(2 b))^2, with derivatives 2 (u - 1/(2 b)) and 2 (v + 1/(2 b)).
/// Source: SPPO, arXiv 2405.00675, eq. 4.7 with win probabilities 1 and 0.
/// </summary>
public sealed record SppoHardLoss(double Beta) : PairLoss
{
    public override PairLossValue Evaluate(double u, double v)
    {
        (double x, double y) = (u - 0.5 / Beta, v + 0.5 / Beta);
        return new PairLossValue(x * x + y * y, 2 * x, 2 * y);
    }
}

/// <summary>
/// L = 1 - s(b u) + s(b v), with derivatives -b s'(b u) and b s'(b v): chosen up, rejected down.
/// Source: anchored preference optimization, arXiv 2408.06266, eq. 7.
/// </summary>
public sealed record ApoZeroLoss(double Beta) : PairLoss
{
    public override PairLossValue Evaluate(double u, double v) =>
        new(Sigmoid(-Beta * u) + Sigmoid(Beta * v), -Beta * Derivative(Beta * u), Beta * Derivative(Beta * v));
}

/// <summary>
/// L = s(b u) + 1 - s(b (u - v)), with derivatives b (s'(b u) - s'(b (u - v))) and b s'(b (u - v)): both down, rejected more.
/// Source: anchored preference optimization, arXiv 2408.06266, eq. 8.
/// </summary>
public sealed record ApoDownLoss(double Beta) : PairLoss
{
    public override PairLossValue Evaluate(double u, double v)
    {
        double x = Beta * (u - v);
        return new PairLossValue(Sigmoid(Beta * u) + Sigmoid(-x), Beta * (Derivative(Beta * u) - Derivative(x)), Beta * Derivative(x));
    }
}

/// <summary>
/// L = margin loss of m = u - v on the policy's log-probabilities alone (the sigmoid of summed ones is CPO's preference term;
/// hinge and ipo as in TRL's CPOTrainer); derivatives as the margin loss has them.
/// Source: CPO, arXiv 2401.08417, eq. 3; its behavior-cloning term is the objective's weight on the chosen response.
/// </summary>
public sealed record CpoLoss(MarginLoss Loss) : PairLoss
{
    public override bool ReferenceFree => true;

    public override bool LengthAveraged => Loss.LengthAveraged;

    public override PairLossValue Evaluate(double u, double v)
    {
        MarginLossValue value = Loss.Evaluate(u - v);
        return new PairLossValue(value.Loss, value.Gradient, -value.Gradient);
    }
}

/// <summary>
/// L = sigmoid loss of m = u - v - g / b, where u and v are the policy's log-probabilities averaged per label token and g the
/// target reward margin; derivatives as the sigmoid loss has them.
/// Source: SimPO, arXiv 2405.14734, eq. 6.
/// </summary>
public sealed record SimPoLoss(double Beta, double Gamma, double LabelSmoothing = 0) : PairLoss
{
    public override bool ReferenceFree => true;

    public override bool LengthAveraged => true;

    public override PairLossValue Evaluate(double u, double v)
    {
        MarginLossValue value = new SigmoidLoss(Beta, LabelSmoothing).Evaluate(u - v - Gamma / Beta);
        return new PairLossValue(value.Loss, value.Gradient, -value.Gradient);
    }
}

/// <summary>
/// SimPO with the reward r(u) = (1 - exp(-a u)) / a instead of u (a = 0 is SimPO): L = sigmoid loss of m = r(u) - r(v) - g / b,
/// with derivatives L'(m) exp(-a u) and -L'(m) exp(-a v); u and v averaged per label token.
/// Source: AlphaPO, arXiv 2501.03884, eq. 5.
/// </summary>
public sealed record AlphaPoLoss(double Beta, double Gamma, double Alpha, double LabelSmoothing = 0) : PairLoss
{
    public override bool ReferenceFree => true;

    public override bool LengthAveraged => true;

    public override PairLossValue Evaluate(double u, double v)
    {
        MarginLossValue value = new SigmoidLoss(Beta, LabelSmoothing).Evaluate(Reward(u) - Reward(v) - Gamma / Beta);
        // A saturated loss (gradient 0) stays 0 even where the reward's own derivative overflows.
        return value.Gradient == 0
            ? new PairLossValue(value.Loss, 0, 0)
            : new PairLossValue(value.Loss, value.Gradient * Math.Exp(-Alpha * u), -value.Gradient * Math.Exp(-Alpha * v));
    }

    public override double Reward(double logRatio) => Alpha == 0 ? logRatio : -Logistic.Expm1(-Alpha * logRatio) / Alpha;
}

/// <summary>
/// L = -u - b log s(z), z = log odds(u) - log odds(v), odds(u) = exp u / (1 - exp u), u and v the policy's log-probabilities
/// averaged per label token. With p = exp u, q = exp v the derivatives are
/// -1 - b / ((1 - p) + (p / q)(1 - q)) and b (1 - p) / ((1 - q) ((1 - p) + (p / q)(1 - q))).
/// Source: ORPO, arXiv 2403.07691, eqs. 4 to 7. A certain response (p = 1) has no odds; 1 - p is then taken as 2^-53, the
/// smallest that a double can tell from 0 there.
/// </summary>
public sealed record OrpoLoss(double Beta) : PairLoss
{
    private const double SmallestRest = 1.0 / (1L << 53);

    public override bool ReferenceFree => true;

    public override bool LengthAveraged => true;

    public override PairLossValue Evaluate(double u, double v)
    {
        PairLossValue bonus = Bonus(u, v);
        return new PairLossValue(-u - bonus.Loss, -1 - bonus.ChosenGradient, -bonus.RejectedGradient);
    }

    /// <summary>The term that is maximized beside the chosen log-likelihood, b log s(z), and its gradient.</summary>
    public PairLossValue Bonus(double u, double v)
    {
        (double restU, double restV) = (Rest(u), Rest(v));
        double z = u - v - (Math.Log(restU) - Math.Log(restV));
        double shared = restU + Math.Exp(u - v) * restV;
        return new PairLossValue(Beta * LogSigmoid(z), Beta / shared, -Beta * (restU / shared) / restV);
    }

    /// <summary>1 - exp(u).</summary>
    private static double Rest(double u) => Math.Max(-Expm1(u), SmallestRest);
}
