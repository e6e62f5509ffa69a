using TraceFast.Data.Progress;
using TraceFast.Models;
using TraceFast.Models.Lora;
using TraceFast.Training.Checkpoints;
using TraceFast.Training.Configuration;
using TraceFast.Training.Distributed;
using TraceFast.Training.Evaluation;
using TraceFast.Training.Metrics;
using TraceFast.Training.Objectives;
using TraceFast.Training.Optimization;

namespace TraceFast.Training.Loop;

/// <summary>
/// What a checkpoint of a run holds: the adapter as PEFT reads it or the weights as transformers does, parameters and moments as the
/// optimizer keeps them, the configuration, and the state that <see cref="CheckpointState"/> describes.
/// </summary>
/// <param name="template">What is the same in all checkpoints of the run: fingerprint, environment, reference.</param>
/// <param name="state">Its optimizer, the appended files (forced to the disk before every checkpoint) and the best evaluation.</param>
/// <param name="configuration">Says how many checkpoints are kept, and is written with each.</param>
/// <param name="ranks">Rank 0 writes.</param>
internal sealed class RunCheckpoints(
    CheckpointStore store, CheckpointState template, Decoder decoder, RunState state, RunConfiguration configuration, Communicator ranks,
    IRunLog log)
{
    private const string OptimizerFile = "optimizer.safetensors";
    private const string ConfigurationFile = "training_args.yaml";

    private int _newest = -1;

    /// <summary>Saves a checkpoint after <paramref name="steps"/> steps unless it has just been saved or resumed from.</summary>
    public void SaveIfMissing(int steps)
    {
        if (steps == _newest || state.Files is null)
            return;
        CheckpointState saving = template with
        {
            Step = steps,
            AppendedFiles = state.Files.Sync(),
            Best = state.Best.Best,
            EvaluationsWithoutImprovement = state.Best.EvaluationsWithoutImprovement,
            EvaluatedSteps = state.Best.EvaluatedSteps,
            Calibration = state.Calibration?.State,
        };
        Checkpoint saved = store.Save(saving, folder =>
        {
            SaveModel(decoder, folder);
            state.Optimizer.Save(Path.Combine(folder, OptimizerFile));
            File.WriteAllText(Path.Combine(folder, ConfigurationFile), configuration.Effective);
        });
        _newest = steps;
        Known(saved.Folder);
        log.Line($"saved {saved.Folder}");
        if (configuration.SaveTotalLimit is int kept)
            store.Prune(kept, state.Best.Best?.Step);
    }

    /// <summary>Restores parameters, moments and the best evaluation.</summary>
    public void Restore(Checkpoint checkpoint)
    {
        state.Optimizer.Load(Path.Combine(checkpoint.Folder, OptimizerFile));
        state.Best.Restore(checkpoint.State.Best, checkpoint.State.EvaluationsWithoutImprovement, checkpoint.State.EvaluatedSteps);
        if (state.Calibration is not null)
            state.Calibration.State = checkpoint.State.Calibration;
        _newest = checkpoint.State.Step;
        Known(checkpoint.Folder);
    }

    /// <summary>Loads the parameters of the best evaluation's checkpoint, if there is one.</summary>
    /// <returns>Its steps, or null.</returns>
    public int? LoadBest()
    {
        if (state.Best.Best is not BestEvaluation best)
            return null;
        // Rank 0, which has written it, says whether it is there.
        string folder = ranks.OfRank0(() => Directory.Exists(store.FolderOf(best.Step)) ? store.FolderOf(best.Step) : "");
        if (folder.Length == 0)
            return null;
        state.Optimizer.Load(Path.Combine(CheckpointStore.Open(folder).Folder, OptimizerFile));
        return best.Step;
    }

    /// <summary>Rank 0 names it if the job fails; another rank does not know which it has written since.</summary>
    private void Known(string folder)
    {
        if (ranks.Size > 1 && ranks.Writes)
            ranks.LastCheckpoint = folder;
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

/// <summary>What a run changes besides the parameters; its checkpoints store it.</summary>
/// <param name="Files">Null on a rank that writes nothing.</param>
/// <param name="Calibration">Null without <c>pref_calibrate</c>.</param>
internal sealed record RunState(AdamWOptimizer Optimizer, RunFiles? Files, BestModel Best, RewardCalibration? Calibration) : IDisposable
{
    /// <param name="model">Its trainable parameters are the optimizer's.</param>
    /// <param name="resumed">The checkpoint whose lengths the files are cut back to; null: they begin empty.</param>
    /// <param name="writes">Whether this process writes the files.</param>
    public static RunState Open(RunConfiguration c, RunModel model, string output, Checkpoint? resumed, bool writes)
    {
        BestModel best = new("eval_" + c.MetricForBestModel, c.GreaterIsBetter, c.EarlyStoppingPatience, c.EarlyStoppingThreshold);
        RunFiles? files = !writes ? null
            : RunFiles.Open(output, c.LogRecords, c.TensorBoard, c.LoggingDir, resumed?.State.AppendedFiles);
        try
        {
            OptimizerOptions options = new(c.AdamBeta1, c.AdamBeta2, c.AdamEpsilon, c.WeightDecay, c.MaxGradNorm)
            {
                MomentsIn8Bits = c.MomentsIn8Bits,
                LoraPlusRatio = c.LoraplusLrRatio ?? 1,
            };
            AdamWOptimizer optimizer = new(model.Decoder.Options.Kernels, model.Decoder.TrainableParameters, options);
            return new RunState(optimizer, files, best, c.PrefCalibrate ? new RewardCalibration(c.PrefCalibrateDecay) : null);
        }
        catch
        {
            files?.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        Files?.Dispose();
    }
}
