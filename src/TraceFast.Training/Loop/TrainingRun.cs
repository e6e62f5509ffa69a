using System.Globalization;
using TraceFast.Data;
using TraceFast.Data.Sampling;
using TraceFast.Models;
using TraceFast.Training.Checkpoints;
using TraceFast.Training.Evaluation;
using TraceFast.Training.Metrics;
using TraceFast.Data.Progress;
using TraceFast.Training.Optimisation;
using TraceFast.Training.Reference;

namespace TraceFast.Training.Loop;

/// <summary>A whole training run, from its configuration to its output folder.</summary>
public sealed class TrainingRun
{
    private const string ReferenceFolder = "reference";

    private readonly RunConfiguration _configuration;
    private readonly TrainingServices _services;
    private readonly IRunLog _log;
    private readonly string _output;
    private readonly CheckpointStore _store;
    private readonly CancellationToken _cancellation;
    private DateTime _started;

    private TrainingRun(RunConfiguration configuration, TrainingServices services, CancellationToken cancellation)
    {
        (_configuration, _services, _log, _cancellation) = (configuration, services, services.Log, cancellation);
        _output = Path.GetFullPath(configuration.OutputDir);
        _store = new CheckpointStore(_output, new DurableFolder(services.BeforeFileSystemStep), _log.Line);
    }

    /// <summary>Trains as the configuration says, from the start or from a checkpoint.</summary>
    /// <param name="configuration">A checked configuration.</param>
    /// <param name="services">What the run needs besides.</param>
    /// <param name="cancellation">Ends the run after a checkpoint of the last whole step.</param>
    /// <returns>How it ended. <see cref="TrainingEnd.Interrupted"/> is exit code 130.</returns>
    /// <exception cref="Data.InputException">Something that the user gave is not what is expected; nothing was written.</exception>
    /// <exception cref="TrainingDivergedException">A loss or gradient is not finite.</exception>
    public static TrainingOutcome Execute(RunConfiguration configuration, TrainingServices services, CancellationToken cancellation = default) =>
        new TrainingRun(configuration, services, cancellation).Execute();

    private TrainingOutcome Execute()
    {
        _configuration.RequireOutputApart();
        using RunLock held = RunLock.OfFolder(_output);
        _configuration.CheckOutputFolder();
        foreach (string note in _configuration.Notes)
            _log.Line(note);
        Checkpoint? resumed = FindCheckpoint();
        _started = resumed?.State.Started ?? DateTime.SpecifyKind(DateTime.Now, DateTimeKind.Unspecified);
        torch.Device device = RunDevice.Choose(_configuration.Device, _log);
        RunDevice.MakeDeterministic(device, _configuration.Threads);
        DecoderConfig config = DecoderConfig.Read(_configuration.ModelNameOrPath);
        config.RequireNoDropout(_configuration.ModelNameOrPath);
        EndTokens.Read(_configuration.ModelNameOrPath, config);
        RunData data = RunData.Load(_configuration, _started, config.VocabularySize, _log);
        torch.ScalarType dtype = ComputeDtypeChoice.Choose(
            _configuration.ComputeDtype, _configuration.Bf16, resumed?.State.Environment.GetValueOrDefault(RunEnvironment.ComputeDtype), device, _log);
        using RunModel model = RunModel.Load(
            _configuration,
            new DecoderOptions { ComputeDtype = dtype, Device = device, Kernels = _services.Kernels ?? RunDevice.KernelsFor(device, _log), ActivationCheckpointing = _configuration.GradientCheckpointing },
            _log);
        Objective objective = ObjectiveOf.Configuration(_configuration, data.Layout);
        StepPlan plan = _configuration.Plan(data.Train.Count, epoch => SamplerOrder.Epoch(data.Train.Count, _configuration.SamplerSeed, epoch, _configuration.Shuffle));
        LearningRateSchedule schedule = _configuration.Schedule(plan.TotalSteps);
        TokenReport tokens = SayPlan(objective, plan, data);
        IReadOnlyList<IEvaluation> supplied = Supplied(model.Decoder, data);
        try
        {
            return Train(resumed, model, data, objective, plan, schedule, supplied, tokens);
        }
        catch (OperationCanceledException) when (_cancellation.IsCancellationRequested)
        {
            // Before the first step: there is nothing to keep but what the reference cache holds.
            return new TrainingOutcome(TrainingEnd.Interrupted, resumed?.State.Step ?? 0, _output);
        }
    }

    private TrainingOutcome Train(
        Checkpoint? resumed, RunModel model, RunData data, Objective objective, StepPlan plan, LearningRateSchedule schedule, IReadOnlyList<IEvaluation> supplied, TokenReport tokens)
    {
        SortedDictionary<string, string> environment = RunEnvironment.Describe(model.Decoder.Options);
        RunReference reference = RunReference.Compute(
            _configuration, model, data, objective, plan, environment, resumed?.State.ReferenceKeys ?? [], new ReferenceCache(Path.Combine(_output, ReferenceFolder), _services.ReferenceCacheFolder, _log), _log, _cancellation);
        SortedDictionary<string, string> identity = RunIdentity.Of(
            _configuration, model, data.Train, data.Evaluation, ComputeDtypeChoice.NameOf(model.Decoder.Options.ComputeDtype), reference.Train?.Content);
        if (resumed is not null)
            CheckResumable(resumed, identity, environment);
        else
        {
            _store.Clear();
            RunResult.RemoveOld(_output);
        }

        using RunFiles files = RunFiles.Open(_output, _configuration.LogRecords, _configuration.TensorBoard, _configuration.LoggingDir, resumed?.State.AppendedFiles);
        using AdamWOptimiser optimiser = new(model.Decoder.Options.Kernels.AdamW, model.Decoder.TrainableParameters, OptimiserSettings());
        BestModel best = new("eval_" + _configuration.MetricForBestModel, _configuration.GreaterIsBetter, _configuration.EarlyStoppingPatience, _configuration.EarlyStoppingThreshold);
        CheckpointState template = new()
        {
            TotalSteps = plan.TotalSteps,
            Started = _started,
            Identity = identity,
            Environment = environment,
            ReferenceKeys = reference.Keys,
        };
        RunCheckpoints checkpoints = new(
            _store, template, model.Decoder, optimiser, files, best, _configuration.SaveTotalLimit, SaveConfiguration, _log);
        if (resumed is not null)
            checkpoints.Restore(resumed);

        StepOptions stepOptions = new(_configuration.Packing, _configuration.LossNormalisation, _configuration.SftNormalisation, _configuration.GradientAccumulationSteps);
        IReadOnlyList<IEvaluation> evaluations = [.. LossEvaluations(model.Decoder, data, objective, reference, stepOptions), .. supplied];
        Trainer trainer = new(new TrainerParts
        {
            Decoder = model.Decoder,
            Objective = objective,
            Computation = new StepComputation(model.Decoder, objective, data.Train, reference.Train, stepOptions),
            Plan = plan,
            Schedule = schedule,
            Optimiser = optimiser,
            Files = files,
            Checkpoints = checkpoints,
            Best = best,
            Evaluations = evaluations,
            Options = TrainerSettings(plan, evaluations.Count > 0),
            Log = _log,
            OutputFolder = _output,
        });
        TrainingOutcome outcome = trainer.Run(resumed?.State.Step ?? 0, _cancellation);
        if (outcome.End == TrainingEnd.Interrupted)
        {
            _log.Line($"interrupted after {outcome.Steps} of {plan.TotalSteps} steps; resume_from_checkpoint: true goes on from there");
            return outcome;
        }

        if (_configuration.LoadBestModelAtEnd && checkpoints.LoadBest() is int bestStep)
            _log.Line($"the weights are those after {bestStep} steps, the best evaluation");
        files.Sync();
        try
        {
            new RunResult(_configuration, _output, _services, _log).Write(model, data, objective, reference, outcome, best.Best, tokens, _cancellation);
            return outcome;
        }
        catch (OperationCanceledException) when (_cancellation.IsCancellationRequested)
        {
            checkpoints.SaveIfMissing(outcome.Steps);
            return outcome with { End = TrainingEnd.Interrupted };
        }
    }

    private Checkpoint? FindCheckpoint()
    {
        if (_configuration.ResumeFromCheckpoint is not string wanted)
            return null;
        Checkpoint? found = wanted == "true" ? _store.Newest() : CheckpointStore.Open(wanted);
        if (found is not null)
            RunFiles.Check(_output, found.State.AppendedFiles);
        _log.Line(found is null
            ? $"{_output} holds no complete checkpoint: starting with the first step"
            : $"resuming from {found.Folder}: {found.State.Step} of {found.State.TotalSteps} steps are done");
        return found;
    }

    private void CheckResumable(Checkpoint resumed, SortedDictionary<string, string> identity, SortedDictionary<string, string> environment)
    {
        resumed.State.RequireSame(identity, resumed.Folder);
        IReadOnlyList<string> different = resumed.State.OtherEnvironment(environment);
        if (different.Count > 0)
            _log.Line($"resuming elsewhere than the checkpoint was made ({string.Join("; ", different)}): the numbers will agree to rounding, not to the bit");
    }

    /// <returns>Tokens of the first epoch.</returns>
    private TokenReport SayPlan(Objective objective, StepPlan plan, RunData data)
    {
        Packer packer = new(_configuration.Packing, objective.Roles);
        TokenReport report = Enumerable.Range(0, Math.Min(plan.StepsPerEpoch, plan.TotalSteps))
            .Select(number =>
            {
                OptimizerStep step = plan.Step(number);
                EncodedRecord[] records = [.. step.Records.Select(place => data.Train[place])];
                IReadOnlyList<Pack> packs = packer.Build(records, objective.CouplesMicroBatch ? [.. step.MicroBatches.Select(m => m.Records.Count)] : null);
                return TokenReport.Of(records, objective.Roles, packs, _configuration.TokenBudget);
            })
            .Aggregate((a, b) => a + b);
        _log.Line($"packing of one epoch: {report}");
        _log.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"training: {objective.Name}, {data.Train.Count} records ({data.Evaluation.Count} for evaluation), {plan.TotalSteps} optimizer steps of {_configuration.PerDeviceTrainBatchSize} x {_configuration.GradientAccumulationSteps} records, learning rate {_configuration.LearningRate:G6} {_configuration.LrSchedulerType}"));
        return report;
    }

    private IReadOnlyList<IEvaluation> Supplied(Decoder decoder, RunData data) => !_configuration.DoEval || _services.Evaluations is null ? []
        : _services.Evaluations(new EvaluatedModel(decoder, data.Tokenizer, data.Chat, [.. data.EvaluationOrigins.Zip(data.Evaluation, HeldOutRecord.Of)]));

    private IEnumerable<IEvaluation> LossEvaluations(Decoder decoder, RunData data, Objective objective, RunReference reference, StepOptions options)
    {
        if (!_configuration.DoEval || data.Evaluation.Count == 0)
            yield break;
        StepComputation computation = new(decoder, objective, data.Evaluation, reference.Evaluation, options with { Normalisation = LossNormalisation.Records });
        yield return new LossEvaluation(computation, objective, data.Evaluation.Count, _configuration.PerDeviceEvalBatchSize);
    }

    private TrainerOptions TrainerSettings(StepPlan plan, bool evaluates)
    {
        int evaluationSteps = Every(_configuration.EvalStrategy, _configuration.EvalSteps, plan);
        if (evaluationSteps == 0 && _configuration.DoEval)
            evaluationSteps = plan.TotalSteps;
        if (evaluationSteps > 0 && !evaluates)
        {
            _log.Line("nothing is evaluated: there are no evaluation records (val_size, eval_dataset)");
            evaluationSteps = 0;
        }

        return new TrainerOptions
        {
            LoggingSteps = RunConfiguration.StepsOf(_configuration.LoggingSteps, plan.TotalSteps),
            SaveSteps = Every(_configuration.SaveStrategy, _configuration.SaveSteps, plan),
            EvaluationSteps = evaluationSteps,
            KeepBest = _configuration.LoadBestModelAtEnd,
        };
    }

    private static int Every(IntervalStrategy strategy, double steps, StepPlan plan) => strategy switch
    {
        IntervalStrategy.Steps => RunConfiguration.StepsOf(steps, plan.TotalSteps),
        IntervalStrategy.Epoch => plan.StepsPerEpoch,
        _ => 0,
    };

    private OptimiserOptions OptimiserSettings() => new(
        _configuration.AdamBeta1, _configuration.AdamBeta2, _configuration.AdamEpsilon, _configuration.WeightDecay, _configuration.MaxGradNorm);

    private void SaveConfiguration(string folder) => File.WriteAllText(Path.Combine(folder, "training_args.yaml"), _configuration.Effective);
}
