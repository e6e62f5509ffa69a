using TraceFast.Kernels.IopoLoss;
using TraceFast.Kernels.Libtorch;
using TraceFast.Kernels.Native;
using TraceFast.Kernels.Profiling;
using TraceFast.Models;
using TraceFast.Training.Distributed;
using TraceFast.Training.Encoding;
using TraceFast.Training.Metrics;
using TraceFast.Training.Objectives;
using TraceFast.Training.Optimization;
using TraceFast.Training.Packing;
using TraceFast.Training.Reference;
using TraceFast.Training.Scoring;
using TraceFast.Training.Steps;

namespace TraceFast.Training.Loop;

/// <summary>
/// Loss and gradient of one optimizer step, accumulated over packs:
/// <code>
///   forward    pack ─ decoder ─► log-probability of each label, logp [M]
///   sums       of the labels of each sequence, in float64 on the host
///   loss       objective ─► loss of each record, d loss / d sum of each of its sequences
///   gradient   g[m] = coefficient(record of m) x d loss / d sum(sequence of m)
///   backward   logp.backward(g), then through the decoder
/// </code>
/// A pack holds records of one micro-batch, and the gradients of micro-batches are added in an order that depends on their number alone
/// (<see cref="GradientReducer"/>): each rank computes its own micro-batches, and the result has the same bits however many ranks there
/// are.
/// Packs are cut by token budget, which changes only the order of float additions. Where sums, loss and gradient are
/// one kernel of the device (iopo_loss on a GPU), nothing is read back before the last pack's backward.
/// </summary>
/// <param name="records">The data set that step plans refer to.</param>
/// <param name="reference">Reference log-probs of the data set; null where the objective needs none.</param>
/// <param name="ranks">Null: this process alone.</param>
/// <param name="collectives">What carries the sums of gradients; null: <paramref name="ranks"/>.</param>
/// <param name="bucketBytes">As for <see cref="GradientBuckets"/>.</param>
/// <param name="shared">Another step's sums of gradients, which stay that one's; null: its own.</param>
internal sealed class TrainStep(
    Decoder decoder, Objective objective, IReadOnlyList<EncodedRecord> records, ReferenceLogProbs? reference, StepOptions options,
    Communicator? ranks = null, ICollectives? collectives = null, int bucketBytes = GradientBuckets.BucketBytes,
    GradientReducer? shared = null) : IDisposable
{
    private readonly Communicator _ranks = ranks ?? Communicator.Alone;

    private readonly Packer _packer = new(options.Packing, objective.Roles);

    private readonly GradientReducer _gradients = shared ?? new(
        [.. decoder.TrainableParameters.Select(p => p.Parameter)], ranks ?? Communicator.Alone, options.GradientReduction, collectives,
        [.. decoder.TrainableParameters.Select(p => decoder.CompleteAfter(p.Name))], bucketBytes);

    /// <summary>Settings of iopo_loss where the decoder's device has a kernel for it and the objective is it; else null.</summary>
    private readonly IopoLossOptions? _kernelLoss =
        decoder.Options.Kernels.IopoLoss.Provider.Device is null ? null : (objective as PreferenceObjective)?.KernelOptions;

    /// <summary>Sets the parameters' gradients to those of a step.</summary>
    /// <exception cref="OperationCanceledException">Cancelled on some rank; the gradients are incomplete.</exception>
    /// <exception cref="TrainingDivergedException">A loss is not finite.</exception>
    public StepResult Accumulate(OptimizerStep step, CancellationToken cancellation)
    {
        using DisposeScope results = torch.NewDisposeScope();
        Batch batch = NewBatch(step, [.. step.Records.Select(place => records[place])]);
        int[] rankOf = [.. step.MicroBatches.Select(m => _ranks.RankOf(m.Place))];
        IReadOnlyList<GradientReducer.Partial> partials = [];
        // A weights file that fails meanwhile ends the run before another rank takes a sum with its zeros for a gradient.
        bool cancelled = MappedFaults.Survive(() => Cancelled(
            () =>
            {
                partials = _gradients.Local(rankOf, own => Compute(batch, own, withGradient: true, cancellation));
                ReadSums(batch);
            },
            cancellation));
        Share(batch, cancelled, cancellation);
        _gradients.Combine(rankOf, partials);
        return Result(step, batch);
    }

    /// <summary>The same values without a gradient and without dropout, the packs dealt to the ranks in turn.</summary>
    /// <inheritdoc cref="Accumulate"/>
    public StepResult Evaluate(OptimizerStep step, CancellationToken cancellation)
    {
        using DisposeScope results = torch.NewDisposeScope();
        // An evaluation split may be larger than memory: its records are read when they are packed.
        Batch batch = NewBatch(step, new RecordView(records, [.. step.Records]));
        bool cancelled = Cancelled(
            () => Compute(batch, [.. Enumerable.Range(0, step.MicroBatches.Count)], withGradient: false, cancellation), cancellation);
        Share(batch, cancelled, cancellation);
        return Result(step, batch);
    }

    /// <summary>The step of another objective, without a reference, on the same records and ranks; records weigh alike.</summary>
    public TrainStep Of(Objective other) => new(
        decoder, other, records, null, options with { Reduction = LossReduction.Records }, ranks, collectives, bucketBytes, _gradients);

    public void Dispose()
    {
        if (shared is null)
            _gradients.Dispose();
    }

    private Batch NewBatch(OptimizerStep step, IReadOnlyList<EncodedRecord> read)
    {
        Batch batch = new(step, read, objective.Roles);
        batch.Coefficients = Coefficients(batch);
        return batch;
    }

    /// <summary>Forward, loss and, where wanted, gradient of some micro-batches, which may share packs.</summary>
    private void Compute(Batch batch, IReadOnlyList<int> microBatches, bool withGradient, CancellationToken cancellation)
    {
        if (microBatches.Count == 0)
            return;
        int[] places = [.. microBatches.SelectMany(m => batch.PlacesOf(m))];
        int[]? groups = objective.CouplesMicroBatch ? [.. microBatches.Select(m => batch.MicroBatchSizes[m])] : null;
        if (withGradient)
            SeedDropout(batch.Numbers[microBatches[0]]);
        int turn = 0;
        foreach ((int offset, Pack built, bool isLast) in PackSlices.Of(_packer, new RecordView(batch.Records, places), groups))
        {
            using Pack pack = built;
            cancellation.ThrowIfCancellationRequested();
            if (!withGradient && turn++ % _ranks.Size != _ranks.Rank)
                continue;
            Compute(
                batch, pack, places.AsMemory(offset + pack.FirstPosition, pack.RecordCount), withGradient,
                isLast ? _gradients.LayerDone : null);
        }
    }

    /// <param name="layerDone">Is told when the gradients of a layer are those of all packs; null: nobody is.</param>
    private void Compute(Batch batch, Pack pack, ReadOnlyMemory<int> places, bool withGradient, Action<int>? layerDone)
    {
        batch.Tokens += pack.Tokens.Length;

        // Forward, on a graph where a gradient is wanted and there is a label to take it from.
        using DisposeScope scope = torch.NewDisposeScope();
        KernelInputs? inputs = _kernelLoss is null ? null : Inputs(batch, pack, places.Span);
        using ForwardPass? forward = withGradient && pack.Target.Length > 0 ? Begin(pack) : null;
        torch.Tensor? logProbs = forward is null ? null : LabelLogProbs(forward, pack);
        if (inputs is not null && forward is not null && logProbs is not null)
        {
            IopoLossResult result = decoder.Options.Kernels.IopoLoss.Evaluate(
                logProbs.detach(), inputs.Segments, inputs.Reference, inputs.Weight, _kernelLoss!.Value);
            batch.Unread.Add((pack, places, result.Sums.MoveToOuterDisposeScope()));
            Autograd.Backward(logProbs, result.Gradient);
            forward.Backward(layerDone);
            return;
        }
        double[] labelLogProbs = logProbs is null ? PackScorer.Score(decoder, pack) : PackScorer.ToHost(logProbs);

        torch.Tensor? gradient = Objective(batch, pack, places.Span, labelLogProbs, logProbs);
        if (forward is null || logProbs is null || gradient is null)
            return;
        Autograd.Backward(logProbs, gradient);
        forward.Backward(layerDone);
    }

    /// <summary>Masks of dropout depend on the micro-batch alone, so that they do not change with the ranks or after a resume.</summary>
    private void SeedDropout(int microBatch)
    {
        if (decoder.Adapter is not { Config.Dropout: > 0 } adapter)
            return;
        // SplitMix64, since libtorch's generator takes the low 32 bits of a seed.
        ulong mixed = (((ulong)(uint)options.Seed << 32) | (uint)microBatch) + 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        adapter.DropoutGenerator.manual_seed((uint)(mixed ^ (mixed >> 31)));
    }

    /// <summary>Reads what iopo_loss left on the device.</summary>
    private void ReadSums(Batch batch)
    {
        foreach ((Pack pack, ReadOnlyMemory<int> places, torch.Tensor sums) in batch.Unread)
        {
            SetSequences(batch, pack, places.Span, PackScorer.ToHost(sums.flatten()));
            SetValues(batch, places.Span);
        }
    }

    /// <summary>Gives every rank the sums of all; throws where any rank was cancelled, or a loss is not finite.</summary>
    private void Share(Batch batch, bool cancelled, CancellationToken cancellation)
    {
        if (_ranks.Size > 1)
        {
            using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Communication, "exchange of log-probs, waiting");
            int roles = objective.Roles.Count;
            double[] shared = new double[2 + batch.Records.Count * roles];
            (shared[0], shared[1]) = (cancelled ? 1 : 0, batch.Tokens);
            for (int i = 0; i < batch.Records.Count; i++)
                for (int r = 0; r < roles && batch.Sequences[i] is { } own; r++)
                    shared[2 + i * roles + r] = own[r].Policy;
            _ranks.Add(shared);
            (cancelled, batch.Tokens) = (shared[0] > 0, (long)shared[1]);
            for (int i = 0; i < batch.Records.Count && !cancelled; i++)
                batch.Sequences[i] = Sequences(batch, i, shared.AsSpan(2 + i * roles, roles));
            if (!cancelled)
                SetValues(batch, [.. Enumerable.Range(0, batch.Records.Count)]);
        }
        if (cancelled)
            throw _ranks.Interruption(cancellation);
        // After the exchange, so that all ranks find the same.
        int diverged = Array.FindIndex(batch.Values, v => !double.IsFinite(v.Loss));
        if (diverged >= 0)
            throw new TrainingDivergedException($"the loss of record {batch.Indices[diverged]} is {batch.Values[diverged].Loss}");
    }

    private StepResult Result(OptimizerStep step, Batch batch)
    {
        double loss = 0;
        for (int i = 0; i < batch.Values.Length; i++)
            loss += batch.Coefficients[i] * batch.Values[i].Loss;
        return new StepResult(loss, batch.Values, batch.Tokens, MicroBatchLogs(step, batch));
    }

    /// <summary>Whether the work was interrupted, here or on another rank.</summary>
    public static bool Cancelled(Action work, CancellationToken cancellation)
    {
        try
        {
            work();
            return false;
        }
        catch (OperationCanceledException e) when (cancellation.IsCancellationRequested || e is RanksInterruptedException)
        {
            return true;
        }
    }

    private ForwardPass Begin(Pack pack)
    {
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Structure, "forward");
        return decoder.Begin(PackScorer.Indices(pack.Tokens, decoder), pack.Layout);
    }

    private torch.Tensor LabelLogProbs(ForwardPass forward, Pack pack)
    {
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Structure, "head");
        return PackScorer.LabelLogProbs(decoder, forward.Hidden, pack);
    }

    /// <summary>Evaluates a pack's records on the host.</summary>
    /// <param name="places">The records' places in the step.</param>
    /// <param name="labels">[M] log-probabilities.</param>
    /// <param name="logProbs">The same on the graph; null: no gradient is wanted.</param>
    /// <returns>The gradient of each label's log-probability [M], as <paramref name="logProbs"/>.</returns>
    private torch.Tensor? Objective(Batch batch, Pack pack, ReadOnlySpan<int> places, double[] labels, torch.Tensor? logProbs)
    {
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Loss, "objective");
        SetSequences(batch, pack, places, PackScorer.SequenceSums(pack, labels));
        SetValues(batch, places);
        if (logProbs is null)
            return null;
        int roles = objective.Roles.Count;
        double[] gradient = new double[pack.Target.Length];
        for (int m = 0; m < gradient.Length; m++)
        {
            int sequence = pack.Sequence[m];
            int record = places[sequence / roles];
            gradient[m] = batch.Coefficients[record] * batch.Values[record].Gradient[sequence % roles];
        }
        return torch.tensor(gradient, dtype: torch.ScalarType.Float64).to(logProbs.dtype).to(logProbs.device);
    }

    private double[] Coefficients(Batch batch)
    {
        if (!objective.SumsLabels)
            return LossCoefficients.Preference(batch.MicroBatchSizes, options.Reduction, options.Accumulation);
        IReadOnlyList<int>[] labels =
            [.. batch.MicroBatches().Select(m => batch.Labels[m].Select(labels => labels[0]).ToArray())];
        return LossCoefficients.Sft(labels, options.SftReduction, options.Reduction, options.Accumulation);
    }

    /// <summary>What iopo_loss reads of a pack, on the device before the pack's forward.</summary>
    private KernelInputs Inputs(Batch batch, Pack pack, ReadOnlySpan<int> places)
    {
        int[] segments = new int[pack.SequenceCount + 1];
        for (int s = 0; s < pack.SequenceCount; s++)
            segments[s + 1] = segments[s] + pack.Sequences[s].LabelCount;
        List<double> sums = [], weights = [];
        foreach (int place in places)
        {
            sums.AddRange(reference is null ? new double[4] : reference.Of(batch.Positions[place]));
            weights.Add(batch.Coefficients[place]);
        }
        torch.Tensor ToDevice(IEnumerable<double> values) =>
            torch.tensor(values.ToArray(), dtype: torch.ScalarType.Float64, device: decoder.Options.Device);
        return new KernelInputs(
            torch.tensor(segments, dtype: torch.ScalarType.Int32, device: decoder.Options.Device), ToDevice(sums), ToDevice(weights));
    }

    /// <summary>Stores a pack's sums, with the reference's, by record.</summary>
    /// <param name="pack">R records of S sequences.</param>
    /// <param name="places">[R] the records' places in the step.</param>
    /// <param name="sums">[S].</param>
    private void SetSequences(Batch batch, Pack pack, ReadOnlySpan<int> places, double[] sums)
    {
        int roles = objective.Roles.Count;
        for (int r = 0; r < pack.RecordCount; r++)
            batch.Sequences[places[r]] = Sequences(batch, places[r], sums.AsSpan(r * roles, roles));
    }

    private SequenceLogProb[] Sequences(Batch batch, int place, ReadOnlySpan<double> sums)
    {
        SequenceLogProb[] sequences = new SequenceLogProb[sums.Length];
        for (int i = 0; i < sums.Length; i++)
            sequences[i] = new SequenceLogProb(
                sums[i], reference is null ? 0 : reference.Of(batch.Positions[place])[i],
                batch.Labels[place][i], batch.Verified[place][i], batch.Advantages[place]);
        return sequences;
    }

    /// <summary>Evaluates the objective on records: one by one, or by micro-batch where it couples them.</summary>
    private void SetValues(Batch batch, ReadOnlySpan<int> places)
    {
        for (int done = 0; done < places.Length;)
        {
            Range group = objective.CouplesMicroBatch ? batch.MicroBatchOf(places[done]) : places[done]..(places[done] + 1);
            IReadOnlyList<ObjectiveValue> evaluated = objective.EvaluateMicroBatch(batch.Sequences[group]);
            for (int i = 0; i < evaluated.Count; i++)
                batch.Values[group.Start.Value + i] = evaluated[i];
            done += evaluated.Count;
        }
    }

    private List<MicroBatchLog> MicroBatchLogs(OptimizerStep step, Batch batch)
    {
        List<MicroBatchLog> logs = [];
        foreach (Range range in batch.MicroBatches())
            logs.Add(new MicroBatchLog(
                step.Number, logs.Count, batch.Indices[range],
                ByRole(batch.Sequences[range], s => s.Policy), reference is null ? null : ByRole(batch.Sequences[range], s => s.Reference),
                MeanLoss(batch.Sequences[range], batch.Values[range])));
        return logs;
    }

    private double MeanLoss(SequenceLogProb[][] sequences, ObjectiveValue[] values) => objective.SumsLabels
        ? values.Sum(v => v.Loss) / Math.Max(1, sequences.Sum(s => s[0].Labels))
        : values.Average(v => v.Loss);

    private Dictionary<string, double[]> ByRole(SequenceLogProb[][] sequences, Func<SequenceLogProb, double> select)
    {
        Dictionary<string, double[]> values = [];
        for (int i = 0; i < objective.Roles.Count; i++)
            values[objective.Roles[i].Name()] = [.. sequences.Select(s => select(s[i]))];
        return values;
    }

    /// <summary>Segments, reference sums and weights, as <see cref="IopoLossKernel.Evaluate"/> takes them.</summary>
    private sealed record KernelInputs(torch.Tensor Segments, torch.Tensor Reference, torch.Tensor Weight);
}
