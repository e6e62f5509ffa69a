using TraceFast.Data;

namespace TraceFast.Training;

/// <summary>
/// Three phases: a rise over w steps, the peak, a decay over d steps, then the minimum m p. With x the progress of a phase its
/// shape is x (linear), (1 - cos(pi x)) / 2 (cosine) or 1 - sqrt(1 - x) (1-sqrt), the decay being 1 - x, (1 + cos(2 pi c x)) / 2 or
/// 1 - sqrt(x); the share is shape (1 - m) + m.
/// </summary>
internal sealed class WarmupStableDecaySchedule : LearningRateSchedule
{
    private readonly int stableSteps;
    private readonly int decaySteps;
    private readonly string rise;
    private readonly string decay;
    private readonly double minimumShare;
    private readonly double cycles;

    /// <exception cref="InputException">num_decay_steps is missing or a shape is unknown.</exception>
    public WarmupStableDecaySchedule(double peak, int warmupSteps, int totalSteps, ScheduleOptions options)
        : base(peak, warmupSteps, totalSteps)
    {
        decaySteps = options.NumDecaySteps ?? throw new InputException("lr_scheduler_type warmup_stable_decay needs num_decay_steps in lr_scheduler_kwargs");
        stableSteps = options.NumStableSteps ?? totalSteps - warmupSteps - decaySteps;
        (rise, decay) = (Known(options.WarmupType ?? "linear", "warmup_type"), Known(options.DecayType ?? "cosine", "decay_type"));
        (minimumShare, cycles) = (options.MinLrRatio ?? 0, options.NumCycles ?? 0.5);
    }

    private protected override double Warmup(int step)
    {
        double x = base.Warmup(step);
        return Share(rise switch
        {
            "linear" => x,
            "cosine" => 0.5 * (1 - Math.Cos(Math.PI * x)),
            _ => 1 - Math.Sqrt(1 - x),
        });
    }

    private protected override double AfterWarmup(int step)
    {
        double intoDecay = (double)step - WarmupSteps - stableSteps;
        if (intoDecay < 0)
            return 1;
        if (intoDecay >= decaySteps)
            return minimumShare;
        double x = intoDecay / Math.Max(1, decaySteps);
        return Share(decay switch
        {
            "linear" => 1 - x,
            "cosine" => 0.5 * (1 + Math.Cos(Math.PI * cycles * 2 * x)),
            _ => 1 - Math.Sqrt(x),
        });
    }

    private double Share(double shape) => Math.Max(0, shape * (1 - minimumShare) + minimumShare);

    private static string Known(string shape, string key) => shape is "linear" or "cosine" or "1-sqrt"
        ? shape
        : throw new InputException($"lr_scheduler_kwargs: {key} is '{shape}'; expected linear, cosine or 1-sqrt");
}
