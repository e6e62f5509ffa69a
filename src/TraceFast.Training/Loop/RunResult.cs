using System.Text.Json;
using TraceFast.Data.Files;
using TraceFast.Data.Progress;
using TraceFast.Models;
using TraceFast.Training.Checkpoints;
using TraceFast.Training.Configuration;
using TraceFast.Training.Metrics;
using TraceFast.Training.Objectives;
using TraceFast.Training.Packing;
using TraceFast.Training.Profiling;
using TraceFast.Training.Reference;
using TraceFast.Training.Scoring;

namespace TraceFast.Training.Loop;

/// <summary>
/// Writes the results of a finished run into its output folder: the adapter or the weights, <c>margins.jsonl</c>,
/// <c>train_results.json</c>, the plot.
/// </summary>
internal sealed class RunResult(RunConfiguration configuration, string output, TrainingServices services, IRunLog log)
{
    public const string ResultsFile = "train_results.json";

    /// <summary>
    /// Removes an earlier run's reports, so that they are not mixed with this run's metrics. Its weights stay until new ones
    /// replace them.
    /// </summary>
    public static void RemoveOld(string output)
    {
        foreach (string name in new[] { ResultsFile, MarginReport.FileName, TrainingPlot.FileName })
            if (Directory.Exists(output))
                File.Delete(Path.Combine(output, name));
        string profile = Path.Combine(output, RunProfiler.Folder);
        foreach (string name in new[] { ProfileFiles.Trace, ProfileFiles.Speedscope, ProfileFiles.Operations })
            if (Directory.Exists(profile))
                File.Delete(Path.Combine(profile, name));
    }

    public void Write(LoadedRun run, RunReference reference, TrainingOutcome outcome, BestEvaluation? best, CancellationToken cancellation)
    {
        if (services.Ranks.Writes)
            SaveModel(run.Model.Decoder);
        MarginReport? margins = Margins(run, reference, cancellation);
        if (!services.Ranks.Writes)
            return;
        margins?.Write(output);
        WriteResults(run, outcome, best, margins);
        if (margins is not null)
            log.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"margin over {margins.Records.Count} training records: {margins.MeanBefore:0.0000} before, {margins.MeanAfter:0.0000} "
                    + $"after; up on {margins.ShareUp:P1}"));
        if (configuration.PlotLoss)
            log.Line($"drew {TrainingPlot.Write(output, Path.GetFileName(output), log.Line)}");
        log.Line($"done: {outcome.Steps} steps, {(run.Model.Adapter is null ? "weights" : "adapter")} in {output}");
    }

    /// <summary>Written to a temporary folder and moved in file by file: each is old or new, never partial.</summary>
    private void SaveModel(Decoder decoder)
    {
        AtomicFolder folders = new(services.BeforeFileSystemStep);
        string complete = TemporaryPath.PathFor(Path.Combine(output, "result"));
        folders.Write(complete, folder => RunCheckpoints.SaveModel(decoder, folder));
        foreach (string file in Directory.EnumerateFiles(complete).Order(StringComparer.Ordinal))
            File.Move(file, Path.Combine(output, Path.GetFileName(file)), overwrite: true);
        folders.SyncFolder(output);
        Directory.Delete(complete);
    }

    private MarginReport? Margins(LoadedRun run, RunReference reference, CancellationToken cancellation)
    {
        if (reference.Before is null)
            return null;
        Objective objective = run.Plan.Objective;
        ReportedRecords reported = reference.Reported;
        if (reported.Places.Count < run.Data.Train.Count)
        {
            string first = reported.Places.Count == RunReference.MostMargins ? "the first " : "";
            log.Line(
                $"margins before and after are reported of {first}{reported.Places.Count} of {run.Data.Train.Count} training records"
                + (reported.Needed is null ? "" : ", which the steps have read"));
        }
        double[] after = new RecordScorer(run.Model.Decoder, configuration.Packing, objective.Roles, services.Ranks).Score(
            reported.Base, "margins", log, cancellation, reported.Needed);
        return MarginReport.Of(
            objective, reported, reference.Train, reference.Before, new ReferenceLogProbs("", "", objective.Roles.Count, after));
    }

    private void WriteResults(LoadedRun run, TrainingOutcome outcome, BestEvaluation? best, MarginReport? margins)
    {
        TokenReport? tokens = run.Plan.TokensOfEpoch?.Value;
        IReadOnlyList<JsonElement> lines = LoggedLines.Read(Path.Combine(output, RunFiles.MetricsFile), log.Line);
        double[] losses = [.. lines.Select(l => l.GetProperty("loss").GetDouble())];
        double[] rewards = run.Rollouts is null ? []
            : [.. lines.Select(l => l.TryGetProperty("reward", out JsonElement r) && r.TryGetDouble(out double reward) ? reward : 0)];
        AtomicFile.Write(Path.Combine(output, ResultsFile), file =>
        {
            using Utf8JsonWriter json = new(file, new JsonWriterOptions { Indented = true, NewLine = "\n" });
            json.WriteStartObject();
            json.WriteString("objective", run.Plan.Objective.Name);
            json.WriteNumber("records", run.Data.Train.Count);
            json.WriteNumber("evaluation_records", run.Data.Evaluation.Count);
            json.WriteNumber("steps", outcome.Steps);
            json.WriteBoolean("stopped_early", outcome.End == TrainingEnd.StoppedEarly);
            if (tokens is not null)
            {
                json.WriteStartObject("tokens_per_epoch");
                json.WriteNumber("computed", tokens.Packed);
                json.WriteNumber("unshared", tokens.Unpadded);
                json.WriteNumber("padded", tokens.Padded);
                json.WriteNumber("labels", tokens.Labels);
                json.WriteEndObject();
            }
            if (losses.Length > 0)
            {
                json.WriteNumber("train_loss", losses.Average());
                json.WriteNumber("first_loss", losses[0]);
                json.WriteNumber("last_loss", losses[^1]);
            }

            if (rewards.Length > 0)
            {
                json.WriteNumber("mean_reward", rewards.Average());
                json.WriteNumber("first_reward", rewards[0]);
                json.WriteNumber("last_reward", rewards[^1]);
            }

            if (best is not null)
            {
                json.WriteNumber("best_steps", best.Step);
                json.WriteNumber("best_" + configuration.MetricForBestModel, best.Value);
            }

            if (margins is not null)
            {
                json.WriteStartObject("margins");
                json.WriteNumber("records", margins.Records.Count);
                json.WriteNumber("before", margins.MeanBefore);
                json.WriteNumber("after", margins.MeanAfter);
                json.WriteNumber("share_up", margins.ShareUp);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        });
    }
}
