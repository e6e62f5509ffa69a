using TraceFast.Data.Progress;
using TraceFast.Models.Lora;
using TraceFast.Models;
using TraceFast.Training.Checkpoints;
using TraceFast.Training.Configuration;

namespace TraceFast.Training.Loop;

/// <summary>
/// What a checkpoint of a run holds: the adapter as PEFT reads it or the weights as transformers does, parameters and moments in full
/// precision, the configuration, and the state that <see cref="CheckpointState"/> describes.
/// </summary>
/// <param name="store">Where checkpoints stand.</param>
/// <param name="template">What is the same in all checkpoints of the run: fingerprint, environment, reference.</param>
/// <param name="decoder">The policy.</param>
/// <param name="state">Its optimizer, the appended files (forced to the disk before every checkpoint) and the best evaluation.</param>
/// <param name="configuration">Says how many checkpoints are kept, and is written beside each.</param>
/// <param name="log">Gets a line for each that is saved.</param>
internal sealed class RunCheckpoints(
    CheckpointStore store, CheckpointState template, Decoder decoder, RunState state, RunConfiguration configuration, IRunLog log)
{
    private const string OptimizerFile = "optimizer.safetensors";
    private const string ConfigurationFile = "training_args.yaml";

    private int _newest = -1;

    /// <summary>Saves a checkpoint after <paramref name="steps"/> steps unless it has just been saved or resumed from.</summary>
    public void SaveIfMissing(int steps)
    {
        if (steps == _newest)
            return;
        CheckpointState saving = template with
        {
            Step = steps,
            AppendedFiles = state.Files.Sync(),
            DropoutGenerator = DropoutState.Of(decoder),
            Best = state.Best.Best,
            EvaluationsWithoutImprovement = state.Best.EvaluationsWithoutImprovement,
            EvaluatedSteps = state.Best.EvaluatedSteps,
        };
        Checkpoint saved = store.Save(saving, folder =>
        {
            SaveModel(decoder, folder);
            state.Optimizer.Save(Path.Combine(folder, OptimizerFile));
            File.WriteAllText(Path.Combine(folder, ConfigurationFile), configuration.Effective);
        });
        _newest = steps;
        log.Line($"saved {saved.Folder}");
        if (configuration.SaveTotalLimit is int kept)
            store.Prune(kept, state.Best.Best?.Step);
    }

    /// <summary>Puts parameters, moments, dropout and the best evaluation back as they were.</summary>
    public void Restore(Checkpoint checkpoint)
    {
        state.Optimizer.Load(Path.Combine(checkpoint.Folder, OptimizerFile));
        DropoutState.Restore(decoder, checkpoint.State.DropoutGenerator);
        state.Best.Restore(checkpoint.State.Best, checkpoint.State.EvaluationsWithoutImprovement, checkpoint.State.EvaluatedSteps);
        _newest = checkpoint.State.Step;
    }

    /// <summary>Puts the parameters of the best evaluation's checkpoint in place, if there is one.</summary>
    /// <returns>Its steps, or null.</returns>
    public int? LoadBest()
    {
        if (state.Best.Best is not BestEvaluation best || !Directory.Exists(store.FolderOf(best.Step)))
            return null;
        state.Optimizer.Load(Path.Combine(CheckpointStore.Open(store.FolderOf(best.Step)).Folder, OptimizerFile));
        return best.Step;
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
