namespace TraceFast.Training;

/// <summary>p max(0, g (1 - m) + m), g = (1 + cos(2 pi c f)) / 2, f the progress after the warm-up, m the share that stays; not clamped past the end.</summary>
internal sealed class CosineSchedule(double peak, int warmupSteps, int totalSteps, double cycles, double minimumShare)
    : LearningRateSchedule(peak, warmupSteps, totalSteps)
{
    private protected override double AfterWarmup(int step)
    {
        double wave = 0.5 * (1 + Math.Cos(Math.PI * cycles * 2 * Progress((double)step - WarmupSteps)));
        return Math.Max(0, wave * (1 - minimumShare) + minimumShare);
    }
}
