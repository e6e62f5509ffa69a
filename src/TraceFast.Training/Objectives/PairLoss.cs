namespace TraceFast.Training;

/// <summary>A loss and its derivatives with respect to the chosen and the rejected log-ratio.</summary>
public readonly record struct PairValue(double Loss, double ChosenSlope, double RejectedSlope);

/// <summary>
/// A loss of two numbers: the chosen log-ratio u = log p(chosen) - log q(chosen) and the rejected one v, p the policy, q the
/// reference (q = 1 where the loss is reference-free). IOPO passes u = c1 + c2, v = r1 + r2. One file each: the formula, its
/// source, its closed-form derivatives.
/// </summary>
public abstract record PairLoss
{
    /// <summary>The loss and its slopes.</summary>
    public abstract PairValue Evaluate(double u, double v);

    /// <summary>Whether log-probabilities are averaged per label token first.</summary>
    public virtual bool LengthAveraged => false;

    /// <summary>Whether the loss is defined without a reference (u and v are then the policy's log-probabilities).</summary>
    public virtual bool ReferenceFree => false;

    /// <summary>What the policy is rewarded for, before scaling by beta: the log-ratio itself unless the loss transforms it.</summary>
    public virtual double Reward(double logRatio) => logRatio;
}
