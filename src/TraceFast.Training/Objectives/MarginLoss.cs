namespace TraceFast.Training;

/// <summary>A loss and its derivative with respect to the margin.</summary>
public readonly record struct MarginValue(double Loss, double Slope);

/// <summary>
/// A loss of one number, the margin m by which the preferred log-ratios exceed the others (DPO: (pc - rc) - (pr - rr); IOPO: D).
/// One file each: the formula, its source, its closed-form derivative.
/// </summary>
public abstract record MarginLoss
{
    /// <summary>The loss and its slope at margin <paramref name="m"/> (nats).</summary>
    public abstract MarginValue Evaluate(double m);

    /// <summary>Whether log-probabilities are averaged per label token before the margin is taken.</summary>
    public virtual bool LengthAveraged => false;
}
