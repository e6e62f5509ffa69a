using System.Diagnostics;
using System.Globalization;
using TraceFast.Kernels.Native;
using TraceFast.Models;
using TraceFast.Training.Checkpoints;
using TraceFast.Training.Evaluation;
using TraceFast.Training.Metrics;
using TraceFast.Data.Progress;
using TraceFast.Training.Optimisation;

namespace TraceFast.Training.Loop;

/// <summary>The parts that the loop turns.</summary>
internal sealed record TrainerParts
{
    public required Decoder Decoder { get; init; }
    public required Objective Objective { get; init; }
    public required StepComputation Computation { get; init; }
    public required StepPlan Plan { get; init; }
    public required LearningRateSchedule Schedule { get; init; }
    public required AdamWOptimiser Optimiser { get; init; }
    public required RunFiles Files { get; init; }
    public required RunCheckpoints Checkpoints { get; init; }
    public required BestModel Best { get; init; }
    public required IReadOnlyList<IEvaluation> Evaluations { get; init; }
    public required TrainerOptions Options { get; init; }
    public required IRunLog Log { get; init; }
    public required string OutputFolder { get; init; }
}

/// <summary>
/// The training loop: for each optimizer step gradient, clipping, AdamW, metrics; between steps evaluations and checkpoints.
/// Its state is the parameters, the optimiser's moments, the dropout generator and the number of steps done; order of data and rates are functions of the step.
/// </summary>
internal sealed class Trainer(TrainerParts parts)
{
    private readonly List<double> _lossesSinceLine = [];
    private int _done;

    /// <summary>Weights and moments are between two steps.</summary>
    private bool _updating;

    /// <summary>Runs from <paramref name="done"/> steps on to the end of the plan.</summary>
    /// <param name="done">Steps done before, by the run that is resumed.</param>
    /// <param name="cancellation">Ends the run after a checkpoint of the last whole step.</param>
    public TrainingOutcome Run(int done, CancellationToken cancellation)
    {
        _done = done;
        parts.Decoder.Training = true;
        try
        {
            return parts.Log.Track("train", "steps", parts.Plan.TotalSteps, done, progress => new TrainingOutcome(Loop(progress, cancellation), _done, parts.OutputFolder));
        }
        finally
        {
            parts.Decoder.Training = false;
        }
    }

    private TrainingEnd Loop(IProgressReport progress, CancellationToken cancellation)
    {
        while (true)
        {
            if (Cancelled(() => EvaluateIfDue(cancellation), cancellation))
                return Interrupt();
            if (IsDue(parts.Options.SaveSteps))
                parts.Checkpoints.SaveIfMissing(_done);
            if (parts.Best.ShouldStop)
            {
                parts.Log.Line($"stopping early after {_done} steps: {parts.Best.EvaluationsWithoutImprovement} evaluations in a row did not improve on the best, after {parts.Best.Best!.Step} steps");
                parts.Checkpoints.SaveIfMissing(_done);
                return TrainingEnd.StoppedEarly;
            }

            if (_done == parts.Plan.TotalSteps)
                return TrainingEnd.Finished;
            byte[]? generator = DropoutState.Of(parts.Decoder);
            try
            {
                if (!Cancelled(() => Step(progress, cancellation), cancellation))
                    continue;
            }
            catch (Exception e) when (!_updating && e is not TrainingDivergedException)
            {
                TakeBack(generator);
                SaveAfterFailure();
                throw;
            }

            TakeBack(generator);
            return Interrupt();
        }
    }

    /// <summary>Keeps the steps that are done where one can not be computed, for want of memory for example; why it can not is said by whoever catches it.</summary>
    private void SaveAfterFailure()
    {
        if (_done == 0)
            return;
        try
        {
            parts.Checkpoints.SaveIfMissing(_done);
            parts.Log.Line($"step {_done + 1} can not be computed; the {_done} before it are kept: resume_from_checkpoint: true goes on from there");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            parts.Log.Line($"no checkpoint of the {_done} steps that are done can be saved: {e.Message}");
        }
    }

    /// <summary>Undoes a step that did not end: its gradients are incomplete, and its dropout must be drawn again.</summary>
    private void TakeBack(byte[]? generator)
    {
        parts.Optimiser.DropGradients();
        DropoutState.Restore(parts.Decoder, generator);
    }

    private TrainingEnd Interrupt()
    {
        parts.Checkpoints.SaveIfMissing(_done);
        return TrainingEnd.Interrupted;
    }

    private static bool Cancelled(Action action, CancellationToken cancellation)
    {
        try
        {
            action();
            return false;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return true;
        }
    }

    /// <summary>Every so many steps, and after the last one; never where 0.</summary>
    private bool IsDue(int every) => every > 0 && _done > 0 && (_done % every == 0 || _done == parts.Plan.TotalSteps);

    private void Step(IProgressReport progress, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        long start = Stopwatch.GetTimestamp();
        OptimizerStep step = parts.Plan.Step(_done);
        (StepResult result, double norm, double rate) = Update(step, cancellation);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        StepStatistics statistics = StepStatistics.Of(parts.Objective, result.Values);
        StepMetrics metrics = new()
        {
            Step = step.Number,
            Epoch = step.EpochAfter,
            Loss = result.Loss,
            LearningRate = rate,
            GradNorm = norm,
            Rewards = statistics.Rewards,
            Margins = statistics.Margins,
            Accuracies = statistics.Accuracies,
            TokensPerSecond = result.Tokens / seconds,
            QuadsPerSecond = result.Values.Count / seconds,
            PeakMiB = ProcessMemory.PeakMiB(),
        };
        parts.Files.Add(metrics, result.MicroBatches);
        _done++;
        _updating = false;
        _lossesSinceLine.Add(result.Loss);
        progress.Report(_done, string.Create(CultureInfo.InvariantCulture, $"loss {result.Loss:0.0000}"));
        if (parts.Options.LoggingSteps > 0 && _done % parts.Options.LoggingSteps == 0)
            SayLine(metrics);
    }

    private (StepResult Result, double Norm, double Rate) Update(OptimizerStep step, CancellationToken cancellation)
    {
        try
        {
            StepResult result = MappedFaults.Survive(() => parts.Computation.Accumulate(step, cancellation));
            double rate = parts.Schedule.At(step.Number);
            _updating = true;
            return (result, parts.Optimiser.Step(rate), rate);
        }
        catch (TrainingDivergedException e)
        {
            throw new TrainingDivergedException($"step {step.Number}: {e.Message}; a smaller learning_rate or max_grad_norm may help, or a look at the step's records");
        }
    }

    private void SayLine(StepMetrics last)
    {
        string margin = last.Margins is double m ? string.Create(CultureInfo.InvariantCulture, $", margin {m:0.0000}, accuracy {last.Accuracies:0.00}") : "";
        parts.Log.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"step {_done}/{parts.Plan.TotalSteps}, epoch {last.Epoch:0.00}: loss {_lossesSinceLine.Average():0.0000}, gradient norm {last.GradNorm:0.000}, lr {last.LearningRate:0.00e+00}{margin}, {last.QuadsPerSecond:0.00} records/s"));
        _lossesSinceLine.Clear();
    }

    private void EvaluateIfDue(CancellationToken cancellation)
    {
        if (!IsDue(parts.Options.EvaluationSteps) || parts.Best.EvaluatedSteps == _done || parts.Evaluations.Count == 0)
            return;
        parts.Decoder.Training = false;
        EvaluationContext context = new(parts.Decoder, _done, parts.OutputFolder, parts.Log);
        Dictionary<string, double> metrics = [];
        foreach (IEvaluation evaluation in parts.Evaluations)
            foreach ((string name, double value) in evaluation.Evaluate(context, cancellation))
                metrics[name] = value;
        parts.Decoder.Training = true;

        parts.Files.AddEvaluation(_done, parts.Plan.Step(_done - 1).EpochAfter, metrics);
        parts.Log.Line($"after {_done} steps: " + string.Join(", ", metrics.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Key} {m.Value:G6}"))));
        if (parts.Best.Observe(_done, metrics) && parts.Options.KeepBest)
            parts.Checkpoints.SaveIfMissing(_done);
    }
}
