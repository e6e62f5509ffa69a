using TraceFast.Data;

namespace TraceFast.Training;

/// <summary>
/// The learning rate in force at each optimizer step, equal to transformers' get_scheduler. With peak rate p, warm-up w, total T, step s:
/// s below w: p s / w (all but constant); then, with f = (s - w) / max(1, T - w),
/// <code>
///   linear                 p max(0, 1 - f)                     cosine_with_restarts   p (1 + cos(pi frac(c f))) / 2, 0 from T on
///   cosine                 p (1 + cos(2 pi c f)) / 2           polynomial             (p - e) (1 - f)^k + e, e after T
///   cosine_with_min_lr     the same between p and the minimum  inverse_sqrt           p / sqrt((s + t - w) / t)
/// </code>
/// Past T the half-wave schedules rise again, as transformers' do. Source: transformers 4.57, optimization.py.
/// </summary>
public abstract class LearningRateSchedule
{
    private protected LearningRateSchedule(double peak, int warmupSteps, int totalSteps) =>
        (Peak, WarmupSteps, TotalSteps) = (peak, warmupSteps, totalSteps);

    /// <summary>The values that <c>lr_scheduler_type</c> may take.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["linear", "cosine", "cosine_with_restarts", "polynomial", "constant", "constant_with_warmup", "inverse_sqrt", "cosine_with_min_lr", "cosine_warmup_with_min_lr", "warmup_stable_decay"];

    public double Peak { get; }

    public int WarmupSteps { get; }

    public int TotalSteps { get; }

    /// <summary>
    /// Warm-up steps of a run: <c>warmup_steps</c> where it is 1 or more; else ceil(share * total), as the Trainer rounds, the share being <c>warmup_steps</c> where it is above 0, else
    /// <c>warmup_ratio</c>.
    /// </summary>
    public static int WarmupOf(double warmupSteps, double warmupRatio, int totalSteps) =>
        warmupSteps >= 1 ? (int)warmupSteps : (int)Math.Ceiling(totalSteps * (warmupSteps > 0 ? warmupSteps : warmupRatio));

    /// <summary>Makes the schedule named as in <c>lr_scheduler_type</c>.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="peak">The rate after the warm-up, <c>learning_rate</c>.</param>
    /// <param name="warmupSteps">Steps over which the rate rises from 0.</param>
    /// <param name="totalSteps">Optimizer steps of the run.</param>
    /// <param name="options">Values of <c>lr_scheduler_kwargs</c>.</param>
    /// <exception cref="InputException">Unknown name, or settings for which the schedule has no value.</exception>
    public static LearningRateSchedule Create(string name, double peak, int warmupSteps, int totalSteps, ScheduleOptions? options = null)
    {
        options ??= new ScheduleOptions();
        return name switch
        {
            "linear" => new LinearSchedule(peak, warmupSteps, totalSteps),
            "cosine" => new CosineSchedule(peak, warmupSteps, totalSteps, options.NumCycles ?? 0.5, 0),
            "cosine_with_min_lr" => new CosineSchedule(peak, warmupSteps, totalSteps, options.NumCycles ?? 0.5, MinimumShare(name, peak, options)),
            "cosine_warmup_with_min_lr" => new CosineWarmupSchedule(peak, warmupSteps, totalSteps, options.NumCycles ?? 0.5, MinimumShare(name, peak, options), options.WarmupLrRate),
            "cosine_with_restarts" => new CosineRestartsSchedule(peak, warmupSteps, totalSteps, options.NumCycles ?? 1),
            "polynomial" => new PolynomialSchedule(peak, warmupSteps, totalSteps, options.LrEnd ?? 1e-7, options.Power ?? 1),
            "constant" => new ConstantSchedule(peak, 0, totalSteps),
            "constant_with_warmup" => new ConstantSchedule(peak, warmupSteps, totalSteps),
            "inverse_sqrt" => new InverseSqrtSchedule(peak, warmupSteps, totalSteps),
            "warmup_stable_decay" => new WarmupStableDecaySchedule(peak, warmupSteps, totalSteps, options),
            _ => throw new InputException($"lr_scheduler_type '{name}' is not a schedule; expected one of {string.Join(", ", Names)}"),
        };
    }

    /// <summary>The rate in force at a 0-based optimizer step.</summary>
    public double At(int step) => Peak * (step < WarmupSteps ? Warmup(step) : AfterWarmup(step));

    /// <summary>Share of the peak during the warm-up.</summary>
    private protected virtual double Warmup(int step) => (double)step / Math.Max(1, WarmupSteps);

    /// <summary>Share of the peak from the end of the warm-up on.</summary>
    private protected abstract double AfterWarmup(int step);

    /// <summary>(s - w) / max(1, T - w).</summary>
    private protected double Progress(double stepsAfterWarmup) => stepsAfterWarmup / Math.Max(1, TotalSteps - WarmupSteps);

    private static double MinimumShare(string name, double peak, ScheduleOptions options) => (options.MinLr, options.MinLrRate) switch
    {
        (double lowest, null) => lowest / peak,
        (null, double share) => share,
        (null, null) => throw new InputException($"lr_scheduler_type {name} needs min_lr or min_lr_rate in lr_scheduler_kwargs"),
        _ => throw new InputException($"lr_scheduler_type {name}: lr_scheduler_kwargs holds both min_lr and min_lr_rate; give one"),
    };
}
