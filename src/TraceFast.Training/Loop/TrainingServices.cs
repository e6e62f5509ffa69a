using TraceFast.Data.Progress;
using TraceFast.Kernels;
using TraceFast.Training.Evaluation;
using TraceFast.Training.Reference;

namespace TraceFast.Training.Loop;

/// <summary>What a training run needs besides its configuration; who composes the program hands it in.</summary>
public sealed record TrainingServices
{
    /// <summary>Where the run logs what it does.</summary>
    public required IRunLog Log { get; init; }

    /// <summary>The operations that the model is built with; null: the fastest set for the device.</summary>
    public KernelSet? Kernels { get; init; }

    /// <summary>
    /// Makes evaluations for the model that is trained, before anything is computed or written; the loss on the evaluation split is always
    /// one. Asked only where the configuration evaluates.
    /// </summary>
    public Func<EvaluatedModel, IReadOnlyList<IEvaluation>>? Evaluations { get; init; }

    /// <summary>Folder of reference log-probs that runs share; null keeps them in the output folder only.</summary>
    public string? ReferenceCacheFolder { get; init; } = ReferenceCache.DefaultSharedFolder;

    /// <summary>Called before every step on the file system when a checkpoint is written.</summary>
    internal Action<string>? BeforeFileSystemStep { get; init; }
}
