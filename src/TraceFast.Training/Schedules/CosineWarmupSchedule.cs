namespace TraceFast.Training;

/// <summary>
/// transformers' cosine_warmup_with_min_lr: the warm-up begins at (s + 1) / w, or rises from a given share r as
/// r + (1 - r) s / max(1, w - 1); then the cosine between p and m p, one step ahead of <see cref="CosineSchedule"/>.
/// </summary>
internal sealed class CosineWarmupSchedule(double peak, int warmupSteps, int totalSteps, double cycles, double minimumShare, double? firstShare)
    : LearningRateSchedule(peak, warmupSteps, totalSteps)
{
    private protected override double Warmup(int step) => firstShare is double first
        ? first + (1 - first) * step / Math.Max(1, WarmupSteps - 1)
        : (step + 1.0) / Math.Max(1, WarmupSteps);

    private protected override double AfterWarmup(int step)
    {
        double wave = 0.5 * (1 + Math.Cos(Math.PI * cycles * 2 * Progress((double)step - WarmupSteps + 1)));
        return Math.Max(0, wave * (1 - minimumShare) + minimumShare);
    }
}
