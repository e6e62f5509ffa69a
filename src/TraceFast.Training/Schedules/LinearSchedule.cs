namespace TraceFast.Training;

/// <summary>p max(0, T - s) / max(1, T - w).</summary>
internal sealed class LinearSchedule(double peak, int warmupSteps, int totalSteps) : LearningRateSchedule(peak, warmupSteps, totalSteps)
{
    private protected override double AfterWarmup(int step) => Math.Max(0, Progress(TotalSteps - (double)step));
}
