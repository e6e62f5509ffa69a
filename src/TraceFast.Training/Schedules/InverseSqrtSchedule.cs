namespace TraceFast.Training;

/// <summary>p / sqrt((s + t - w) / t), with the time scale t = w, or 10,000 without a warm-up.</summary>
internal sealed class InverseSqrtSchedule(double peak, int warmupSteps, int totalSteps) : LearningRateSchedule(peak, warmupSteps, totalSteps)
{
    private readonly double timescale = warmupSteps > 0 ? warmupSteps : 10_000;

    private protected override double AfterWarmup(int step) => 1 / Math.Sqrt((step + (timescale - WarmupSteps)) / timescale);
}
