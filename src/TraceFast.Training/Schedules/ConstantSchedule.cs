namespace TraceFast.Training;

/// <summary>p, from the end of the warm-up on.</summary>
internal sealed class ConstantSchedule(double peak, int warmupSteps, int totalSteps) : LearningRateSchedule(peak, warmupSteps, totalSteps)
{
    private protected override double AfterWarmup(int step) => 1;
}
