namespace TraceFast.Training.Schedules;

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
