namespace TraceFast.Training.Loop;

/// <summary>When the loop does what besides steps; the names in brackets are the configuration keys. 0 means never.</summary>
public sealed record TrainerOptions
{
    /// <summary>A line in the log every so many steps [logging_steps].</summary>
    public int LoggingSteps { get; init; } = 10;

    /// <summary>A checkpoint every so many steps, and one at the end [save_strategy, save_steps].</summary>
    public int SaveSteps { get; init; } = 500;

    /// <summary>How many checkpoints are kept; null keeps all [save_total_limit].</summary>
    public int? SaveTotalLimit { get; init; }

    /// <summary>An evaluation every so many steps, and one at the end [eval_strategy, eval_steps].</summary>
    public int EvaluationSteps { get; init; }

    /// <summary>Keep a checkpoint of the best evaluation, and end with its weights [load_best_model_at_end].</summary>
    public bool KeepBest { get; init; }
}
