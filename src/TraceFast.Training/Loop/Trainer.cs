using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using TraceFast.Data.Progress;
using TraceFast.Kernels.Profiling;
using TraceFast.Models;
using TraceFast.Training.Configuration;
using TraceFast.Training.Distributed;
using TraceFast.Training.Encoding;
using TraceFast.Training.Evaluation;
using TraceFast.Training.Metrics;
using TraceFast.Training.Objectives;
using TraceFast.Training.Optimization;
using TraceFast.Training.Steps;

namespace TraceFast.Training.Loop;

/// <summary>
/// The training loop: for each optimizer step gradient, clipping, AdamW, metrics; between steps evaluations and checkpoints.
/// Only these change from step to step: the parameters, <see cref="RunState"/> and the number of steps done; order of data, rates and the
/// masks of dropout are functions of the step. Every rank runs the same loop and computes its share of each step; one of them writes.
/// </summary>
internal sealed class Trainer : IDisposable
{
    private static readonly JsonSerializerOptions s_metrics = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly Communicator _ranks;
    private readonly LoadedRun _run;
    private readonly RunState _state;
    private readonly RunCheckpoints _checkpoints;
    private readonly RunProfiler? _profiler;
    private readonly TrainStep _step;
    private readonly CalibrationPass? _calibration;
    private readonly IReadOnlyList<IEvaluation> _evaluations;
    private readonly RunIntervals _intervals;
    private readonly bool _keepBest;
    private readonly string _output;
    private readonly IRunLog _log;
    private readonly List<double> _lossesSinceLine = [];
    private int _done;

    /// <summary>Weights and moments are between two steps.</summary>
    private bool _updating;

    /// <param name="configuration">Says when to log, save and evaluate, and how records weigh.</param>
    /// <param name="reference">The reference's log-probabilities of both splits.</param>
    /// <param name="state">Optimizer, files and best evaluation, as they are before the first step of this process.</param>
    /// <param name="profiler">Null: nothing is profiled.</param>
    /// <param name="collectives">What carries the sums of gradients.</param>
    public Trainer(
        RunConfiguration configuration, LoadedRun run, RunReference reference, RunState state, RunCheckpoints checkpoints,
        RunProfiler? profiler, Communicator ranks, ICollectives collectives, string output, IRunLog log)
    {
        (_run, _state, _checkpoints, _profiler, _ranks, _output, _log) = (run, state, checkpoints, profiler, ranks, output, log);
        StepOptions options = new(
            configuration.Packing, configuration.LossReduction, configuration.SftLossReduction,
            configuration.GradientAccumulationSteps * ranks.Size)
        {
            GradientReduction = configuration.GradientReduction,
            Seed = configuration.Seed,
        };
        IReadOnlyList<EncodedRecord> records = run.Rollouts is { } rollouts ? rollouts : run.Data.Train;
        _step = new TrainStep(Decoder, Objective, records, reference.Train, options, ranks, collectives);
        if (state.Calibration is { } calibration && Objective is PreferenceObjective { IsCalibrated: true } calibrated)
            _calibration = new CalibrationPass(Decoder, calibrated, calibration, run.Data.Train, reference.Train, _step);
        _evaluations = !configuration.DoEval || run.Data.Evaluation.Count == 0 || run.Rollouts is not null
            ? run.Evaluations
            : [LossEvaluation.Of(run, reference.Evaluation, options, configuration.PerDeviceEvalBatchSize, ranks), .. run.Evaluations];
        _intervals = RunIntervals.Of(configuration, run.Plan.Steps, _evaluations.Count > 0, log);
        _keepBest = configuration.LoadBestModelAtEnd;
    }

    private Decoder Decoder => _run.Model.Decoder;

    private Objective Objective => _run.Plan.Objective;

    private int TotalSteps => _run.Plan.Steps.TotalSteps;

    /// <summary>Runs from <paramref name="done"/> steps on to the end of the plan.</summary>
    /// <param name="done">Steps done before, by the run that is resumed.</param>
    /// <param name="cancellation">Ends the run after a checkpoint of the last complete step.</param>
    public TrainingOutcome Run(int done, CancellationToken cancellation)
    {
        _done = done;
        Decoder.Training = true;
        try
        {
            TrainingOutcome outcome = _log.Track(
                "train", "steps", TotalSteps, done, progress => new TrainingOutcome(Loop(progress, cancellation), _done, _output));
            _profiler?.Finish();
            return outcome;
        }
        finally
        {
            Decoder.Training = false;
        }
    }

    public void Dispose() => _step.Dispose();

    private TrainingEnd Loop(IProgressReport progress, CancellationToken cancellation)
    {
        while (true)
        {
            if (TrainStep.Cancelled(() => EvaluateIfDue(cancellation), cancellation))
                return Interrupt();
            if (IsDue(_intervals.Saving))
                Save();
            if (_state.Best.ShouldStop)
            {
                _log.Line(
                    $"stopping early after {_done} steps: {_state.Best.EvaluationsWithoutImprovement} evaluations in a row "
                    + $"did not improve on the best, after {_state.Best.Best!.Step} steps");
                _checkpoints.SaveIfMissing(_done);
                return TrainingEnd.StoppedEarly;
            }

            if (_done == TotalSteps)
                return TrainingEnd.Finished;
            try
            {
                if (!TrainStep.Cancelled(() => Step(progress, cancellation), cancellation))
                    continue;
            }
            catch (Exception e) when (!_updating && e is not TrainingDivergedException)
            {
                _state.Optimizer.DropGradients(); // incomplete
                SaveAfterFailure();
                throw;
            }

            _state.Optimizer.DropGradients(); // incomplete
            return Interrupt();
        }
    }

    private void Step(IProgressReport progress, CancellationToken cancellation)
    {
        _profiler?.Begin(_done);
        long start = Stopwatch.GetTimestamp();
        (OptimizerStep step, RolloutMetrics? sampled) = Sampled(NextStep(), cancellation);
        (StepResult result, double norm, double rate) = Update(step, cancellation);
        _calibration?.Commit();
        StepMetrics metrics = Record(step, result, norm, rate, sampled, Stopwatch.GetElapsedTime(start).TotalSeconds);
        _done++;
        _updating = false;
        _profiler?.End();
        _lossesSinceLine.Add(result.Loss);
        progress.Report(_done, string.Create(CultureInfo.InvariantCulture, $"loss {result.Loss:0.0000}"));
        if (_intervals.Logging > 0 && _done % _intervals.Logging == 0)
            LogStep(metrics);
    }

    private OptimizerStep NextStep()
    {
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Data, "choice of records");
        return _run.Plan.Steps.Step(_done);
    }

    /// <summary>In stage grpo the step by the answers that are sampled to its prompts; else the step as it is.</summary>
    private (OptimizerStep Step, RolloutMetrics? Sampled) Sampled(OptimizerStep step, CancellationToken cancellation)
    {
        if (_run.Rollouts is not { } rollouts)
            return (step, null);
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Run, "sampling of answers");
        return rollouts.Sample(Decoder, step, cancellation);
    }

    private StepMetrics Record(
        OptimizerStep step, StepResult result, double norm, double rate, RolloutMetrics? sampled, double seconds)
    {
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Run, "metrics");
        StepStatistics statistics = StepStatistics.Of(Objective, result.Values);
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
            Calibration = _calibration?.Scale,
            Rollouts = sampled,
            TokensPerSecond = result.Tokens / (seconds - (sampled?.SamplingSeconds ?? 0)),
            QuadsPerSecond = result.Values.Count / seconds,
            PeakMiB = ProcessMemory.PeakMiB(),
        };
        _state.Files?.Add(metrics, result.MicroBatches);
        return metrics;
    }

    private (StepResult Result, double Norm, double Rate) Update(OptimizerStep step, CancellationToken cancellation)
    {
        try
        {
            _calibration?.Measure(step, cancellation);
            StepResult result = _step.Accumulate(step, cancellation);
            double rate = _run.Plan.LearningRates.At(step.Number);
            _updating = true;
            return (result, _state.Optimizer.Step(rate), rate);
        }
        catch (TrainingDivergedException e)
        {
            throw new TrainingDivergedException(
                $"step {step.Number}: {e.Message}; a smaller learning_rate or max_grad_norm may help, or check the step's records");
        }
    }

    private void LogStep(StepMetrics last)
    {
        string margin = last.Margins is double m
            ? string.Create(CultureInfo.InvariantCulture, $", margin {m:0.0000}, accuracy {last.Accuracies:0.00}") : "";
        _log.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"step {_done}/{TotalSteps}, epoch {last.Epoch:0.00}: loss {_lossesSinceLine.Average():0.0000}, "
            + $"gradient norm {last.GradNorm:0.000}, lr {last.LearningRate:0.00e+00}{margin}{_run.Rollouts?.DescribeSinceLine()}, "
            + $"{last.QuadsPerSecond:0.00} records/s"));
        _lossesSinceLine.Clear();
    }

    private void Save()
    {
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Run, "checkpoint");
        _checkpoints.SaveIfMissing(_done);
    }

    private void EvaluateIfDue(CancellationToken cancellation)
    {
        if (!IsDue(_intervals.Evaluation) || _state.Best.EvaluatedSteps == _done || _evaluations.Count == 0)
            return;
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Run, "evaluation");
        Decoder.Training = false;
        EvaluationContext context = new(Decoder, _done, _log);
        Dictionary<string, double> metrics = [];
        foreach (IEvaluation evaluation in _evaluations)
            foreach ((string name, double value) in Evaluate(evaluation, context, cancellation))
                metrics[name] = value;
        Decoder.Training = true;

        _state.Files?.AddEvaluation(_done, _run.Plan.Steps.Step(_done - 1).EpochAfter, metrics);
        IEnumerable<string> values = metrics.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Key} {m.Value:G6}"));
        _log.Line($"after {_done} steps: {string.Join(", ", values)}");
        if (_state.Best.Observe(_done, metrics) && _keepBest)
            _checkpoints.SaveIfMissing(_done);
    }

    /// <summary>
    /// The loss is evaluated by all ranks together, anything else by rank 0; all take rank 0's values, by which they decide whether to
    /// stop.
    /// </summary>
    private IReadOnlyDictionary<string, double> Evaluate(IEvaluation evaluation, EvaluationContext context, CancellationToken cancellation)
    {
        if (_ranks.Size == 1)
            return evaluation.Evaluate(context, cancellation);
        string text = "";
        bool cancelled = TrainStep.Cancelled(
            () =>
            {
                if (_ranks.Writes || evaluation is LossEvaluation)
                    text = JsonSerializer.Serialize(evaluation.Evaluate(context, cancellation), s_metrics);
            },
            cancellation);
        if (cancelled)
            text = "null";
        return JsonSerializer.Deserialize<Dictionary<string, double>>(_ranks.OfRank0(() => text), s_metrics)
            ?? throw new RanksInterruptedException();
    }

    /// <summary>
    /// Saves the finished steps if one cannot be computed, for example for lack of memory; the caller reports why.
    /// </summary>
    private void SaveAfterFailure()
    {
        if (_done == 0)
            return;
        try
        {
            _checkpoints.SaveIfMissing(_done);
            _log.Line(
                $"step {_done + 1} cannot be computed; the {_done} steps before it are saved: "
                    + "resume_from_checkpoint: true resumes from there");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            _log.Line($"no checkpoint of the {_done} finished steps can be saved: {e.Message}");
        }
    }

    private TrainingEnd Interrupt()
    {
        _checkpoints.SaveIfMissing(_done);
        return TrainingEnd.Interrupted;
    }

    /// <summary>Every n steps, and after the last one; 0: never.</summary>
    private bool IsDue(int every) => every > 0 && _done > 0 && (_done % every == 0 || _done == TotalSteps);
}
