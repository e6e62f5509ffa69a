namespace TraceFast.Training.Schedules;

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
        ["linear",
            "cosine", "cosine_with_restarts", "polynomial", "constant", "constant_with_warmup", "inverse_sqrt", "cosine_with_min_lr",
            "cosine_warmup_with_min_lr", "warmup_stable_decay"];

    public double Peak { get; }

    public int WarmupSteps { get; }

    public int TotalSteps { get; }

    /// <summary>
    /// Warm-up steps of a run: <c>warmup_steps</c> where it is 1 or more; else ceil(share * total), as the Trainer rounds, the share being
    /// <c>warmup_steps</c> where it is above 0, else <c>warmup_ratio</c>.
    /// </summary>
    public static int WarmupOf(double warmupSteps, double warmupRatio, int totalSteps) =>
        warmupSteps >= 1 ? (int)warmupSteps : (int)Math.Ceiling(totalSteps * (warmupSteps > 0 ? warmupSteps : warmupRatio));

    /// <summary>Creates the schedule of an <c>lr_scheduler_type</c>.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="warmupSteps">Steps over which the rate rises from 0.</param>
    /// <exception cref="InputException">Unknown name, or settings for which the schedule has no value.</exception>
    public static LearningRateSchedule Create(string name, double peak, int warmupSteps, int totalSteps, ScheduleOptions? options = null)
    {
        options ??= new ScheduleOptions();
        return name switch
        {
            "linear" => new LinearSchedule(peak, warmupSteps, totalSteps),
            "cosine" => new CosineSchedule(peak, warmupSteps, totalSteps, options.NumCycles ?? 0.5, 0),
            "cosine_with_min_lr" =>
                new CosineSchedule(peak, warmupSteps, totalSteps, options.NumCycles ?? 0.5, MinimumShare(name, peak, options)),
            "cosine_warmup_with_min_lr" =>
                new CosineWarmupSchedule(
                    peak, warmupSteps, totalSteps, options.NumCycles ?? 0.5, MinimumShare(name, peak, options), options.WarmupLrRate),
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

/// <summary>p max(0, T - s) / max(1, T - w).</summary>
internal sealed class LinearSchedule(double peak, int warmupSteps, int totalSteps) : LearningRateSchedule(peak, warmupSteps, totalSteps)
{
    private protected override double AfterWarmup(int step) => Math.Max(0, Progress(TotalSteps - (double)step));
}

/// <summary>
/// p max(0, g (1 - m) + m), g = (1 + cos(2 pi c f)) / 2, f the progress after the warm-up, m the share that stays; not clamped past the
/// end.
/// </summary>
internal sealed class CosineSchedule(double peak, int warmupSteps, int totalSteps, double cycles, double minimumShare)
    : LearningRateSchedule(peak, warmupSteps, totalSteps)
{
    private protected override double AfterWarmup(int step)
    {
        double wave = 0.5 * (1 + Math.Cos(Math.PI * cycles * 2 * Progress((double)step - WarmupSteps)));
        return Math.Max(0, wave * (1 - minimumShare) + minimumShare);
    }
}

/// <summary>
/// transformers' cosine_warmup_with_min_lr: the warm-up begins at (s + 1) / w, or rises from a given share r as
/// r + (1 - r) s / max(1, w - 1); then the cosine between p and m p, one step ahead of <see cref="CosineSchedule"/>.
/// </summary>
internal sealed class CosineWarmupSchedule(
    double peak, int warmupSteps, int totalSteps, double cycles, double minimumShare, double? firstShare)
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

/// <summary>p (1 + cos(pi frac(c f))) / 2 for f below 1, then 0; c restarts.</summary>
internal sealed class CosineRestartsSchedule(
    double peak, int warmupSteps, int totalSteps, double cycles) : LearningRateSchedule(peak, warmupSteps, totalSteps)
{
    private protected override double AfterWarmup(int step)
    {
        double progress = Progress((double)step - WarmupSteps);
        return progress >= 1 ? 0 : Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * (cycles * progress % 1))));
    }
}

/// <summary>(p - e) (1 - f)^k + e up to step T, then e: from p down to the last rate e with power k.</summary>
internal sealed class PolynomialSchedule : LearningRateSchedule
{
    private readonly double _last;
    private readonly double _power;

    /// <exception cref="InputException">p is not above e, or w = T, where the formula divides by zero.</exception>
    public PolynomialSchedule(double peak, int warmupSteps, int totalSteps, double last, double power)
        : base(peak, warmupSteps, totalSteps)
    {
        if (!(peak > last))
            throw new InputException(
                string.Create(CultureInfo.InvariantCulture,
                    $"lr_scheduler_type polynomial: lr_end {last} must be smaller than learning_rate {peak}; lower it in "
                        + $"lr_scheduler_kwargs"));
        if (warmupSteps == totalSteps)
            throw new InputException(
                $"lr_scheduler_type polynomial has no value when the warm-up takes all {totalSteps} steps of the run; lower warmup_steps "
                    + "or warmup_ratio");
        (_last, _power) = (last, power);
    }

    private protected override double AfterWarmup(int step)
    {
        if (step > TotalSteps)
            return _last / Peak;
        double remaining = 1 - ((double)step - WarmupSteps) / (TotalSteps - WarmupSteps);
        return ((Peak - _last) * Math.Pow(remaining, _power) + _last) / Peak;
    }
}

/// <summary>p, from the end of the warm-up on.</summary>
internal sealed class ConstantSchedule(double peak, int warmupSteps, int totalSteps) : LearningRateSchedule(peak, warmupSteps, totalSteps)
{
    private protected override double AfterWarmup(int step) => 1;
}

/// <summary>p / sqrt((s + t - w) / t), with the time scale t = w, or 10,000 without a warm-up.</summary>
internal sealed class InverseSqrtSchedule(
    double peak, int warmupSteps, int totalSteps) : LearningRateSchedule(peak, warmupSteps, totalSteps)
{
    private readonly double _timescale = warmupSteps > 0 ? warmupSteps : 10_000;

    private protected override double AfterWarmup(int step) => 1 / Math.Sqrt((step + (_timescale - WarmupSteps)) / _timescale);
}

/// <summary>
/// Three phases: a rise over w steps, the peak, a decay over d steps, then the minimum m p. With x the progress of a phase its
/// shape is x (linear), (1 - cos(pi x)) / 2 (cosine) or 1 - sqrt(1 - x) (1-sqrt), the decay being 1 - x, (1 + cos(2 pi c x)) / 2 or
/// 1 - sqrt(x); the share is shape (1 - m) + m.
/// </summary>
internal sealed class WarmupStableDecaySchedule : LearningRateSchedule
{
    private readonly int _stableSteps;
    private readonly int _decaySteps;
    private readonly string _rise;
    private readonly string _decay;
    private readonly double _minimumShare;
    private readonly double _cycles;

    /// <exception cref="InputException">num_decay_steps is missing or a shape is unknown.</exception>
    public WarmupStableDecaySchedule(double peak, int warmupSteps, int totalSteps, ScheduleOptions options)
        : base(peak, warmupSteps, totalSteps)
    {
        _decaySteps = options.NumDecaySteps
            ?? throw new InputException("lr_scheduler_type warmup_stable_decay needs num_decay_steps in lr_scheduler_kwargs");
        _stableSteps = options.NumStableSteps ?? totalSteps - warmupSteps - _decaySteps;
        (_rise, _decay) = (Known(options.WarmupType ?? "linear", "warmup_type"), Known(options.DecayType ?? "cosine", "decay_type"));
        (_minimumShare, _cycles) = (options.MinLrRatio ?? 0, options.NumCycles ?? 0.5);
    }

    private protected override double Warmup(int step)
    {
        double x = base.Warmup(step);
        return Share(_rise switch
        {
            "linear" => x,
            "cosine" => 0.5 * (1 - Math.Cos(Math.PI * x)),
            _ => 1 - Math.Sqrt(1 - x),
        });
    }

    private protected override double AfterWarmup(int step)
    {
        double intoDecay = (double)step - WarmupSteps - _stableSteps;
        if (intoDecay < 0)
            return 1;
        if (intoDecay >= _decaySteps)
            return _minimumShare;
        double x = intoDecay / Math.Max(1, _decaySteps);
        return Share(_decay switch
        {
            "linear" => 1 - x,
            "cosine" => 0.5 * (1 + Math.Cos(Math.PI * _cycles * 2 * x)),
            _ => 1 - Math.Sqrt(x),
        });
    }

    private double Share(double shape) => Math.Max(0, shape * (1 - _minimumShare) + _minimumShare);

    private static string Known(string shape, string key) => shape is "linear" or "cosine" or "1-sqrt"
        ? shape
        : throw new InputException($"lr_scheduler_kwargs: {key} is '{shape}'; expected linear, cosine or 1-sqrt");
}

/// <summary>Values of <c>lr_scheduler_kwargs</c>; null where not given.</summary>
public sealed record ScheduleOptions
{
    /// <summary>cosine and its variants: waves (default 0.5, a half wave); cosine_with_restarts: restarts (default 1).</summary>
    public double? NumCycles { get; init; }

    /// <summary>polynomial: last rate (default 1e-7).</summary>
    public double? LrEnd { get; init; }

    /// <summary>polynomial: exponent (default 1).</summary>
    public double? Power { get; init; }

    /// <summary>Cosine schedules that end above 0: the last rate; or give <see cref="MinLrRate"/>.</summary>
    public double? MinLr { get; init; }

    /// <summary>Cosine schedules that end above 0: the last rate as a share of the peak.</summary>
    public double? MinLrRate { get; init; }

    /// <summary>cosine_warmup_with_min_lr: the first rate as a share of the peak.</summary>
    public double? WarmupLrRate { get; init; }

    /// <summary>warmup_stable_decay: steps of the last phase (required).</summary>
    public int? NumDecaySteps { get; init; }

    /// <summary>warmup_stable_decay: steps at the peak (default: what warm-up and decay leave).</summary>
    public int? NumStableSteps { get; init; }

    /// <summary>warmup_stable_decay: linear (default), cosine or 1-sqrt.</summary>
    public string? WarmupType { get; init; }

    /// <summary>warmup_stable_decay: linear, cosine (default) or 1-sqrt.</summary>
    public string? DecayType { get; init; }

    /// <summary>warmup_stable_decay: first and last rate as a share of the peak (default 0).</summary>
    public double? MinLrRatio { get; init; }

    /// <summary>The keys that each schedule takes; any other is an error there, as in transformers.</summary>
    public static IReadOnlyList<string> KeysOf(string schedule) => schedule switch
    {
        "cosine" or "cosine_with_restarts" => ["num_cycles"],
        "polynomial" => ["lr_end", "power"],
        "cosine_with_min_lr" => ["num_cycles", "min_lr", "min_lr_rate"],
        "cosine_warmup_with_min_lr" => ["num_cycles", "min_lr", "min_lr_rate", "warmup_lr_rate"],
        "warmup_stable_decay" => ["num_decay_steps", "num_stable_steps", "warmup_type", "decay_type", "min_lr_ratio", "num_cycles"],
        _ => [],
    };
}
