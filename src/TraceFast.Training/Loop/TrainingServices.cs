using TraceFast.Data.Files;
using TraceFast.Data.Progress;
using TraceFast.Kernels;
using TraceFast.Models.Files;
using TraceFast.Training.Distributed;
using TraceFast.Training.Evaluation;
using TraceFast.Training.Reference;
using TraceFast.Training.Rollouts;

namespace TraceFast.Training.Loop;

/// <summary>What a training run needs besides its configuration.</summary>
public sealed record TrainingServices
{
    /// <summary>Where the run logs what it does.</summary>
    public required IRunLog Log { get; init; }

    /// <summary>The processes of the run.</summary>
    public Communicator Ranks { get; init; } = Communicator.Alone;

    /// <summary>The operations that the model is built with; null: the fastest set for the device.</summary>
    public KernelSet? Kernels { get; init; }

    /// <summary>
    /// Creates evaluations besides the loss, before anything is computed or written. Called only if the configuration
    /// evaluates.
    /// </summary>
    public Func<EvaluatedModel, IReadOnlyList<IEvaluation>>? Evaluations { get; init; }

    /// <summary>
    /// Stage grpo: creates what samples answers and rewards them, on every rank, before anything is computed or written.
    /// </summary>
    public Func<SampledModel, IRollouts>? Rollouts { get; init; }

    /// <summary>Folder of reference log-probs that runs share; null keeps them in the output folder only.</summary>
    public string? ReferenceCacheFolder { get; init; } = ReferenceCache.DefaultSharedFolder;

    /// <summary>
    /// The folder of tokenized data that runs share, given where to log; null keeps tokens in memory. tokenized_path names another.
    /// </summary>
    public Func<Action<string>, string>? TokenFolder { get; init; } = log => CacheFolder.Writable("tokens", log);

    /// <summary>Called before every step on the file system when a checkpoint is written.</summary>
    internal Action<string>? BeforeFileSystemStep { get; init; }
}
