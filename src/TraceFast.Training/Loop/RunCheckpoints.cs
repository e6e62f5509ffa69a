using TraceFast.Models;
using TraceFast.Training.Checkpoints;
using TraceFast.Training.Evaluation;
using TraceFast.Training.Metrics;
using TraceFast.Data.Progress;
using TraceFast.Training.Optimisation;

namespace TraceFast.Training.Loop;

/// <summary>
/// What a checkpoint of a run holds: the adapter as PEFT reads it or the weights as transformers does, parameters and moments in full
/// precision, the configuration, and the state that <see cref="CheckpointState"/> describes.
/// </summary>
/// <param name="store">Where checkpoints stand.</param>
/// <param name="template">What is the same in all checkpoints of the run: identity, environment, reference.</param>
/// <param name="decoder">The policy.</param>
/// <param name="optimiser">Its optimiser.</param>
/// <param name="files">The appended files, forced to the disk before every checkpoint.</param>
/// <param name="best">The best evaluation.</param>
/// <param name="limit">How many checkpoints are kept; null keeps all.</param>
/// <param name="saveConfiguration">Writes the configuration into a folder.</param>
/// <param name="log">Says what was saved.</param>
internal sealed class RunCheckpoints(
    CheckpointStore store, CheckpointState template, Decoder decoder, AdamWOptimiser optimiser, RunFiles files, BestModel best, int? limit,
    Action<string> saveConfiguration, IRunLog log)
{
    private const string OptimiserFile = "optimizer.safetensors";

    private int _newest = -1;

    /// <summary>Saves a checkpoint after <paramref name="steps"/> steps unless it has just been saved or resumed from.</summary>
    public void SaveIfMissing(int steps)
    {
        if (steps == _newest)
            return;
        CheckpointState state = template with
        {
            Step = steps,
            AppendedFiles = files.Sync(),
            DropoutGenerator = DropoutState.Of(decoder),
            Best = best.Best,
            EvaluationsWithoutImprovement = best.EvaluationsWithoutImprovement,
            EvaluatedSteps = best.EvaluatedSteps,
        };
        Checkpoint saved = store.Save(state, folder =>
        {
            SaveModel(decoder, folder);
            optimiser.Save(Path.Combine(folder, OptimiserFile));
            saveConfiguration(folder);
        });
        _newest = steps;
        log.Line($"saved {saved.Folder}");
        if (limit is int kept)
            store.Prune(kept, best.Best?.Step);
    }

    /// <summary>Puts parameters, moments, dropout and the best evaluation back as they were.</summary>
    public void Restore(Checkpoint checkpoint)
    {
        optimiser.Load(Path.Combine(checkpoint.Folder, OptimiserFile));
        DropoutState.Restore(decoder, checkpoint.State.DropoutGenerator);
        best.Restore(checkpoint.State.Best, checkpoint.State.EvaluationsWithoutImprovement, checkpoint.State.EvaluatedSteps);
        _newest = checkpoint.State.Step;
    }

    /// <summary>Puts the parameters of the best evaluation's checkpoint in place, if there is one.</summary>
    /// <returns>Its steps, or null.</returns>
    public int? LoadBest()
    {
        if (best.Best is null || !Directory.Exists(store.FolderOf(best.Best.Step)))
            return null;
        optimiser.Load(Path.Combine(CheckpointStore.Open(store.FolderOf(best.Best.Step)).Folder, OptimiserFile));
        return best.Best.Step;
    }

    /// <summary>The files that other tools load: a PEFT adapter, or a model.</summary>
    public static void SaveModel(Decoder decoder, string folder)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        if (decoder.Adapter is LoraAdapter adapter)
            adapter.Save(folder);
        else
            decoder.SaveWeights(folder);
    }
}
