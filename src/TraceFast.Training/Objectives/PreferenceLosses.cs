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
/// Source: EXO, arXiv 2402.00856, eq. 16. e = 0 has no finite value; as in TRL it means 1e-3.
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

/// <summary>
/// With p = s(b m): L = g p^(1 + g) - (1 + g) p^g, with derivative -b g (1 + g) p^g (1 - p)^2. A record that the policy finds unlikely
/// (p near 0) is learned from less and less, as a wrong label should be; sigmoid learns most from it.
/// Source: Hölder-DPO, arXiv 2505.17859: the Hölder divergence with the function of the density power divergence, for which it is a mean
/// over records. Powers are taken of the logarithm, so that nothing overflows.
/// </summary>
public sealed record HolderLoss(double Beta, double Gamma = 2) : MarginLoss
{
    public override MarginLossValue Evaluate(double m)
    {
        double x = Beta * m;
        double power = Math.Exp(Gamma * LogSigmoid(x)), rest = Sigmoid(-x);
        return new MarginLossValue(
            power * (Gamma * Sigmoid(x) - (1 + Gamma)), -Beta * Gamma * (1 + Gamma) * power * rest * rest);
    }
}

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
