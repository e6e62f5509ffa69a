using TraceFast.Data;

namespace TraceFast.Training;

/// <summary>(p - e) (1 - f)^k + e up to step T, then e: from p down to the last rate e with power k.</summary>
internal sealed class PolynomialSchedule : LearningRateSchedule
{
    private readonly double last;
    private readonly double power;

    /// <exception cref="InputException">p is not above e, or w = T, where the formula divides by zero.</exception>
    public PolynomialSchedule(double peak, int warmupSteps, int totalSteps, double last, double power)
        : base(peak, warmupSteps, totalSteps)
    {
        if (!(peak > last))
            throw new InputException(FormattableString.Invariant($"lr_scheduler_type polynomial: lr_end {last} must be smaller than learning_rate {peak}; lower it in lr_scheduler_kwargs"));
        if (warmupSteps == totalSteps)
            throw new InputException($"lr_scheduler_type polynomial has no value when the warm-up takes all {totalSteps} steps of the run; lower warmup_steps or warmup_ratio");
        (this.last, this.power) = (last, power);
    }

    private protected override double AfterWarmup(int step)
    {
        if (step > TotalSteps)
            return last / Peak;
        double remaining = 1 - ((double)step - WarmupSteps) / (TotalSteps - WarmupSteps);
        return ((Peak - last) * Math.Pow(remaining, power) + last) / Peak;
    }
}
