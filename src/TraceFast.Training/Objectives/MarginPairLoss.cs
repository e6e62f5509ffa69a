namespace TraceFast.Training;

/// <summary>A loss of the margin m(u, v) that a divergence defines (reverse KL: m = u - v); slopes by the chain rule.</summary>
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

    public override PairValue Evaluate(double u, double v)
    {
        PairValue margin = Divergence.Margin(u, v);
        MarginValue value = Loss.Evaluate(margin.Loss);
        // A saturated loss (slope 0) stays 0 even where the divergence's own slope overflows.
        return new PairValue(value.Loss, value.Slope == 0 ? 0 : value.Slope * margin.ChosenSlope, value.Slope == 0 ? 0 : value.Slope * margin.RejectedSlope);
    }
}
