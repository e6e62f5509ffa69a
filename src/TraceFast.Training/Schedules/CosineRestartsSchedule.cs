namespace TraceFast.Training;

/// <summary>p (1 + cos(pi frac(c f))) / 2 for f below 1, then 0; c restarts.</summary>
internal sealed class CosineRestartsSchedule(double peak, int warmupSteps, int totalSteps, double cycles) : LearningRateSchedule(peak, warmupSteps, totalSteps)
{
    private protected override double AfterWarmup(int step)
    {
        double progress = Progress((double)step - WarmupSteps);
        return progress >= 1 ? 0 : Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * (cycles * progress % 1))));
    }
}
