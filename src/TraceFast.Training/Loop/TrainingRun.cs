using TraceFast.Data.Files;
using TraceFast.Data.Progress;
using TraceFast.Kernels;
using TraceFast.Models;
using TraceFast.Models.Config;
using TraceFast.Models.Files;
using TraceFast.Training.Checkpoints;
using TraceFast.Training.Configuration;
using TraceFast.Training.Distributed;
using TraceFast.Training.Evaluation;
using TraceFast.Training.Metrics;
using TraceFast.Training.Reference;

namespace TraceFast.Training.Loop;

/// <summary>A whole training run, from its configuration to its output folder: load, prepare, train, finish.</summary>
public sealed class TrainingRun
{
    private const string ReferenceFolder = "reference";

    /// <summary>Keys that ranks may differ in.</summary>
    private static readonly string[] s_ownOfRank = ["threads", "logging_dir", "run_name", "tokenized_path"];

    private RunConfiguration _configuration;
    private RunMemory? _memory;

    /// <summary>Layers that max_memory has chosen to compute again, here or before the resume; null: it has chosen none.</summary>
    private int? _recomputed;
    private readonly TrainingServices _services;
    private readonly IRunLog _log;
    private readonly Communicator _ranks;
    private readonly string _output;
    private readonly CheckpointStore _store;
    private readonly CancellationToken _cancellation;

    private TrainingRun(RunConfiguration configuration, TrainingServices services, CancellationToken cancellation)
    {
        (_configuration, _services, _log, _ranks, _cancellation) = (configuration, services, services.Log, services.Ranks, cancellation);
        _output = Path.GetFullPath(configuration.OutputDir);
        _store = new CheckpointStore(_output, new AtomicFolder(services.BeforeFileSystemStep), _log.Line);
    }

    /// <summary>Trains from the start or from a checkpoint.</summary>
    /// <param name="cancellation">Ends the run after a checkpoint of the last complete step.</param>
    /// <returns>How it ended. <see cref="TrainingEnd.Interrupted"/> is exit code 130.</returns>
    /// <exception cref="InputException">An input is invalid; nothing was written.</exception>
    /// <exception cref="TrainingDivergedException">A loss or gradient is not finite.</exception>
    public static TrainingOutcome Execute(
        RunConfiguration configuration, TrainingServices services, CancellationToken cancellation = default) =>
        new TrainingRun(configuration, services, cancellation).Execute();

    private TrainingOutcome Execute()
    {
        using RunLock? held = _configuration.OpenOutputFolder(_ranks.Writes, _log);
        if (_ranks.Describe is { } ranks)
            _log.Line(ranks);
        RequireSameSettings();
        Checkpoint? resumed = FindCheckpoint();
        try
        {
            using LoadedRun run = Load(resumed);
            RequireSameOnAllRanks(run);
            RunReference reference = ComputeReference(run, resumed);
            CheckpointState template = Prepare(run, reference, resumed);
            using RunState state = RunState.Open(_configuration, run.Model, _output, resumed, _ranks.Writes);
            if (state.Optimizer.Describe() is { } moments)
                _log.Line(moments);
            RunCheckpoints checkpoints = new(_store, template, run.Model.Decoder, state, _configuration, _ranks, _log);
            if (resumed is not null)
                checkpoints.Restore(resumed);
            using RunProfiler? profiler =
                _ranks.Writes ? RunProfiler.For(_configuration, run.Model.Decoder.Options, _output, _log) : null;
            TrainingOutcome outcome = Train(run, reference, state, checkpoints, profiler, resumed?.State.Step ?? 0);
            outcome = Finish(run, reference, state, checkpoints, outcome);
            if (_memory is not null)
                _log.Line(_memory.Compare(_configuration, _ranks, ProcessMemory.PeakMiB()));
            return outcome;
        }
        catch (OperationCanceledException e) when (_cancellation.IsCancellationRequested || e is RanksInterruptedException)
        {
            // Before the first step: nothing to save; tokens and reference log-probs are on disk.
            return new TrainingOutcome(TrainingEnd.Interrupted, resumed?.State.Step ?? 0, _output);
        }
    }

    private TrainingOutcome Train(
        LoadedRun run, RunReference reference, RunState state, RunCheckpoints checkpoints, RunProfiler? profiler, int done)
    {
        using ICollectives collectives =
            ICollectives.Open(_ranks, run.Model.Decoder.Options.Device, Environment.GetEnvironmentVariable, _log.Line);
        using Trainer trainer = new(_configuration, run, reference, state, checkpoints, profiler, _ranks, collectives, _output, _log);
        TrainingOutcome outcome = trainer.Run(done, _cancellation);
        collectives.Complete();
        return outcome;
    }

    /// <summary>The checkpoint to resume from, if configured and present.</summary>
    private Checkpoint? FindCheckpoint()
    {
        if (_configuration.ResumeFromCheckpoint is not string wanted)
            return null;
        Checkpoint? found = !_ranks.Writes ? null : wanted == "true" ? _store.Newest() : CheckpointStore.Open(wanted);
        if (found is not null)
            RunFiles.Check(_output, found.State.AppendedFiles);
        // The others take the one that rank 0 has chosen.
        string folder = _ranks.OfRank0(() => found?.Folder ?? "");
        if (!_ranks.Writes && folder.Length > 0)
            found = CheckpointStore.Open(folder);
        _log.Line(found is null
            ? $"{_output} holds no complete checkpoint: starting with the first step"
            : $"resuming from {found.Folder}: {found.State.Step} of {found.State.TotalSteps} steps are done");
        return found;
    }

    /// <summary>Load: data, model and plan, checked against each other. Nothing is written.</summary>
    private LoadedRun Load(Checkpoint? resumed)
    {
        DateTime started = resumed?.State.Started ?? DateTime.SpecifyKind(DateTime.Now, DateTimeKind.Unspecified);
        started = DateTime.Parse(_ranks.OfRank0(() => $"{started:O}"), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
        torch.Device device = RunDevice.Choose(_configuration.Device, _log);
        RunDevice.MakeDeterministic(device, _configuration.Threads, _ranks.Processors);
        DecoderConfig config = DecoderConfig.Read(_configuration.ModelNameOrPath);
        config.RequireNoDropout(_configuration.ModelNameOrPath);
        EndTokens.Read(_configuration.ModelNameOrPath, config);
        RunData data = OnAllRanks(
            () => RunData.Load(_configuration, started, config.VocabularySize, TokenFolder(), _log, _cancellation));
        try
        {
            return Load(resumed, started, device, data);
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    /// <summary>Work that may take long: an interruption of one rank is one of all, so that none waits for it afterwards.</summary>
    private T OnAllRanks<T>(Func<T> work)
        where T : class
    {
        T? result = null;
        bool cancelled = TrainStep.Cancelled(() => result = work(), _cancellation);
        double[] anywhere = [cancelled ? 1 : 0];
        _ranks.Add(anywhere);
        if (anywhere[0] == 0)
            return result!;
        (result as IDisposable)?.Dispose();
        throw _ranks.Interruption(_cancellation);
    }

    private LoadedRun Load(Checkpoint? resumed, DateTime started, torch.Device device, RunData data)
    {
        string? resumedDtype = resumed?.State.Environment.GetValueOrDefault(RunEnvironment.ComputeDtype);
        // Measured on rank 0 alone: all must compute in one dtype.
        torch.ScalarType? measured = _ranks.Writes
            ? ComputeDtypeChoice.Choose(_configuration.ComputeDtype, _configuration.Bf16, resumedDtype, device, _log) : null;
        string chosen = _ranks.OfRank0(() => ComputeDtypeChoice.NameOf(measured!.Value));
        torch.ScalarType dtype = measured ?? ComputeDtypeChoice.Choose(chosen, _configuration.Bf16, resumedDtype, device, _log);
        DecoderOptions options = new()
        {
            ComputeDtype = dtype,
            Device = device,
            Kernels = _services.Kernels ?? RunDevice.KernelsFor(device, _log),
        };
        RunModel model = RunModel.Load(_configuration, options, _log);
        try
        {
            PlanMemory(resumed, model, data);
            (RunRollouts? rollouts, RunData used) = RunRollouts.Of(_configuration, _services, model.Decoder, data);
            RunPlan plan = RunPlan.Of(_configuration, used, _ranks.Size, _log);
            return new LoadedRun(started, model, used, plan, SuppliedEvaluations(model.Decoder, used)) { Rollouts = rollouts };
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Token budget and recomputed layers: by max_memory, or those of the checkpoint, so that a run may be resumed without max_memory.
    /// </summary>
    private void PlanMemory(Checkpoint? resumed, RunModel model, RunData data)
    {
        int? before = resumed?.State.ConfigFingerprint.GetValueOrDefault("token_budget") is not { } text ? null
            : int.TryParse(text, CultureInfo.InvariantCulture, out int budget) && budget > 0 ? budget
            : throw new CheckpointException($"{resumed.Folder}: its token_budget is '{text}'; expected a number above 0");
        int layers = model.Decoder.Config.Layers.Count;
        if (_configuration.MaxMemoryBytes is null)
        {
            if (resumed is not null)
                TakeOver(before, RecomputedBefore(resumed, layers), layers);
        }
        else
        {
            _memory = OnAllRanks(() => RunMemory.Choose(_configuration, model, data, _ranks.Size, before, _log, _cancellation));
            _recomputed = _memory.Recomputed;
            _configuration = _configuration.WithTokenBudget(_memory.TokenBudget);
            _log.Line(_memory.Describe(_configuration, layers));
        }
        model.Decoder.RecomputedLayers = _recomputed ?? (_configuration.GradientCheckpointing ? layers : 0);
    }

    /// <summary>A key that is given is kept; another token_budget than the checkpoint's is refused by <see cref="Prepare"/>.</summary>
    private void TakeOver(int? budget, int? recomputed, int layers)
    {
        List<string> taken = [];
        if (budget is int tokens && tokens != _configuration.TokenBudget && !_configuration.IsGiven("token_budget"))
        {
            _configuration = _configuration.WithTokenBudget(tokens);
            taken.Add($"token_budget {tokens}");
        }
        if (recomputed is not null && !_configuration.SaysWhatIsRecomputed)
        {
            _recomputed = recomputed;
            taken.Add($"{recomputed} of {layers} layers recomputed");
        }
        if (taken.Count > 0)
            _log.Line($"memory: {string.Join(", ", taken)}, as in the checkpoint, since the configuration has no max_memory");
    }

    private static int? RecomputedBefore(Checkpoint resumed, int layers) => resumed.State.RecomputedLayers is not int recomputed ? null
        : recomputed >= 0 && recomputed <= layers ? recomputed
        : throw new CheckpointException(
            $"{resumed.Folder}: its recomputed_layers is {recomputed}; expected at most {layers}, the layers of the model");

    private Lazy<string>? TokenFolder() => _configuration.TokenizedPath switch
    {
        "none" => null,
        string own => new Lazy<string>(Path.GetFullPath(own)),
        null => _services.TokenFolder is { } shared ? new Lazy<string>(() => shared(_log.Line)) : null,
    };

    private IReadOnlyList<IEvaluation> SuppliedEvaluations(Decoder decoder, RunData data)
    {
        if (!_configuration.DoEval || _services.Evaluations is null)
            return [];
        IReadOnlyList<IEvaluation> own = [];
        if (_ranks.Writes)
        {
            own = _services.Evaluations(new EvaluatedModel(decoder, data.Chat, new HeldOutRecords(data.Evaluation)));
        }
        int count = int.Parse(_ranks.OfRank0(() => $"{own.Count}"), CultureInfo.InvariantCulture);
        return _ranks.Writes ? own : [.. Enumerable.Repeat(new EvaluationOfRank0(), count)];
    }

    private RunReference ComputeReference(LoadedRun run, Checkpoint? resumed)
    {
        ReferenceCache cache = new(Path.Combine(_output, ReferenceFolder), _services.ReferenceCacheFolder, _ranks, _log);
        return RunReference.Compute(_configuration, run, resumed?.State.ReferenceKeys ?? [], cache, _ranks, _log, _cancellation);
    }

    /// <summary>Before anything else is exchanged: settings decide on what is.</summary>
    private void RequireSameSettings()
    {
        if (_ranks.Size > 1)
            RequireSame(_configuration.ValuesOf(key => !s_ownOfRank.Contains(key.Name)), "settings");
    }

    /// <summary>Ranks with other data or models would train something that no one process trains.</summary>
    private void RequireSameOnAllRanks(LoadedRun run)
    {
        if (_ranks.Size == 1)
            return;
        RequireSame(ConfigFingerprint.Of(_configuration, run, null, _ranks.Size), "content");
        SortedDictionary<string, string> environment = RunEnvironment.Describe(run.Model.Decoder.Options);
        IReadOnlyList<string> machines = _ranks.Gather(string.Join("; ", environment.Select(e => $"{e.Key} {e.Value}")));
        for (int rank = 1; rank < machines.Count; rank++)
            if (machines[rank] != machines[0])
                _log.Line(
                    $"rank {rank} computes elsewhere than rank 0 ({machines[rank]}; rank 0: {machines[0]}): the numbers agree with those "
                    + "of one process to rounding, not to the bit");
    }

    private void RequireSame(IEnumerable<KeyValuePair<string, string>> own, string what)
    {
        IReadOnlyList<string> all = _ranks.Gather(string.Join('\n', own.Select(f => $"{f.Key}\t{f.Value.ReplaceLineEndings(" ")}")));
        for (int rank = 1; rank < all.Count; rank++)
            if (all[rank] != all[0])
            {
                IEnumerable<(string First, string Second)> lines = all[rank].Split('\n').Zip(all[0].Split('\n'));
                throw new InputException(
                    $"rank {rank} has other {what} than rank 0: "
                    + string.Join("; ", lines.Where(l => l.First != l.Second).Select(
                        l => $"{l.First.Replace("\t", " is ", StringComparison.Ordinal)}, on rank 0 {l.Second.Split('\t')[1]}"))
                    + "; give all ranks the same configuration, model and data");
            }
    }

    /// <summary>Prepare: a checkpoint must belong to this run; without one, an earlier run's files are removed.</summary>
    /// <returns>What is the same in all checkpoints of the run.</returns>
    private CheckpointState Prepare(LoadedRun run, RunReference reference, Checkpoint? resumed)
    {
        CheckpointState template = new()
        {
            TotalSteps = run.Plan.Steps.TotalSteps,
            Started = run.Started,
            ConfigFingerprint = ConfigFingerprint.Of(_configuration, run, reference.Train?.Content, _ranks.Size),
            Environment = RunEnvironment.Describe(run.Model.Decoder.Options),
            ReferenceKeys = reference.Keys,
            RecomputedLayers = _recomputed,
        };
        if (resumed is null)
        {
            if (!_ranks.Writes)
                return template;
            _store.Clear();
            RunResult.RemoveOld(_output);
            return template;
        }

        resumed.State.RequireSame(template.ConfigFingerprint, resumed.Folder);
        IReadOnlyList<string> different = resumed.State.OtherEnvironment(template.Environment);
        if (different.Count > 0)
            _log.Line(
                $"resuming in another environment than the checkpoint's ({string.Join("; ", different)}): "
                + "the numbers will agree to rounding, not to the bit");
        return template;
    }

    /// <summary>Finish: the best weights if configured, then the results. An interrupted run has none yet.</summary>
    private TrainingOutcome Finish(
        LoadedRun run, RunReference reference, RunState state, RunCheckpoints checkpoints, TrainingOutcome outcome)
    {
        if (outcome.End == TrainingEnd.Interrupted)
        {
            _log.Line(
                $"interrupted after {outcome.Steps} of {run.Plan.Steps.TotalSteps} steps; resume_from_checkpoint: true resumes from there");
            return outcome;
        }

        if (_configuration.LoadBestModelAtEnd && checkpoints.LoadBest() is int bestStep)
            _log.Line($"the weights are those after {bestStep} steps, the best evaluation");
        state.Files?.Sync();
        try
        {
            new RunResult(_configuration, _output, _services, _log).Write(run, reference, outcome, state.Best.Best, _cancellation);
            return outcome;
        }
        catch (OperationCanceledException e) when (_cancellation.IsCancellationRequested || e is RanksInterruptedException)
        {
            checkpoints.SaveIfMissing(outcome.Steps);
            return outcome with { End = TrainingEnd.Interrupted };
        }
    }
}

/// <summary>An evaluation that only rank 0 has; the others take its values.</summary>
internal sealed class EvaluationOfRank0 : IEvaluation
{
    public IReadOnlyDictionary<string, double> Evaluate(EvaluationContext context, CancellationToken cancellation) =>
        throw new InvalidOperationException("only rank 0 evaluates this");
}

/// <summary>How a run ended.</summary>
public enum TrainingEnd
{
    /// <summary>All steps were done.</summary>
    Finished,

    /// <summary>Evaluations stopped improving.</summary>
    StoppedEarly,

    /// <summary>It was cancelled; a checkpoint of the last complete step was saved.</summary>
    Interrupted,
}

/// <summary>The outcome of a run.</summary>
/// <param name="Steps">Optimizer steps done, those before a resume included.</param>
public sealed record TrainingOutcome(TrainingEnd End, int Steps, string OutputFolder);

/// <summary>All that a run reads, loaded and checked, before anything is computed or written.</summary>
/// <param name="Started">The local time at which the run began: a resumed run keeps the first.</param>
internal sealed record LoadedRun(DateTime Started, RunModel Model, RunData Data, RunPlan Plan, IReadOnlyList<IEvaluation> Evaluations)
    : IDisposable
{
    /// <summary>What samples the answers of a step; null where the records have them.</summary>
    public RunRollouts? Rollouts { get; init; }

    public void Dispose()
    {
        Model.Dispose();
        Data.Dispose();
    }
}
