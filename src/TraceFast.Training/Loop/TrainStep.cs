using TraceFast.Kernels.IopoLoss;
using TraceFast.Kernels.Libtorch;
using TraceFast.Kernels.Profiling;
using TraceFast.Models;
using TraceFast.Training.Encoding;
using TraceFast.Training.Metrics;
using TraceFast.Training.Objectives;
using TraceFast.Training.Optimization;
using TraceFast.Training.Packing;
using TraceFast.Training.Reference;
using TraceFast.Training.Scoring;
using TraceFast.Training.Steps;

namespace TraceFast.Training.Loop;

/// <summary>How the gradient of a step is computed.</summary>
/// <param name="Packing">Budget and sharing; no choice changes the gradient.</param>
public sealed record StepOptions(PackingOptions Packing, LossReduction Reduction, SftLossReduction SftReduction, int Accumulation);

/// <summary>Results of the forward and backward passes of one optimizer step.</summary>
/// <param name="Loss">Σ over records of coefficient x loss, whose gradient was taken.</param>
/// <param name="Values">One for each record, in the step's order.</param>
/// <param name="Tokens">Tokens that the model read.</param>
/// <param name="MicroBatches">The lines for <c>records.jsonl</c>.</param>
internal sealed record StepResult(
    double Loss, IReadOnlyList<ObjectiveValue> Values, long Tokens, IReadOnlyList<MicroBatchLog> MicroBatches);

/// <summary>
/// Loss and gradient of one optimizer step, accumulated over packs:
/// <code>
///   forward    pack ─ decoder ─► log-probability of each label, logp [M]
///   sums       of the labels of each sequence, in float64 on the host
///   loss       objective ─► loss of each record, d loss / d sum of each of its sequences
///   gradient   g[m] = coefficient(record of m) x d loss / d sum(sequence of m)
///   backward   logp.backward(g), then through the decoder
/// </code>
/// Packs are cut by token budget inside the step, so the budget changes only the order of float additions. Where sums, loss and gradient are
/// one kernel of the device (iopo_loss on a GPU), nothing is read back before the last pack's backward.
/// </summary>
/// <param name="records">The data set that step plans refer to.</param>
/// <param name="reference">Reference log-probs of the data set; null where the objective needs none.</param>
internal sealed class TrainStep(
    Decoder decoder, Objective objective, IReadOnlyList<EncodedRecord> records, ReferenceLogProbs? reference, StepOptions options)
{
    private readonly Packer _packer = new(options.Packing, objective.Roles);

    /// <summary>Settings of iopo_loss where the decoder's device has a kernel for it and the objective is it; else null.</summary>
    private readonly IopoLossOptions? _kernelLoss =
        decoder.Options.Kernels.IopoLoss.Provider.Device is null ? null : (objective as PreferenceObjective)?.KernelOptions;

    /// <summary>Adds the gradient of a step to the parameters' gradients.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the gradients are incomplete.</exception>
    /// <exception cref="TrainingDivergedException">A loss is not finite.</exception>
    public StepResult Accumulate(OptimizerStep step, CancellationToken cancellation) => Run(step, withGradient: true, cancellation);

    /// <summary>The same values without a gradient and without dropout.</summary>
    /// <inheritdoc cref="Accumulate"/>
    public StepResult Evaluate(OptimizerStep step, CancellationToken cancellation) => Run(step, withGradient: false, cancellation);

    private StepResult Run(OptimizerStep step, bool withGradient, CancellationToken cancellation)
    {
        Batch batch = new(step, records);
        double[] coefficients = Coefficients(batch);
        long tokens = 0;
        int[]? groups = objective.CouplesMicroBatch ? batch.MicroBatchSizes : null;
        List<(int Offset, Pack Pack, torch.Tensor Sums)> unread = [];
        using DisposeScope results = torch.NewDisposeScope();
        foreach ((int offset, Pack built) in PackSlices.Of(_packer, batch.Records, groups))
        {
            using Pack pack = built;
            cancellation.ThrowIfCancellationRequested();
            tokens += pack.Tokens.Length;

            // Forward, on a graph where a gradient is wanted and there is a label to take it from.
            using DisposeScope scope = torch.NewDisposeScope();
            KernelInputs? inputs = _kernelLoss is null ? null : Inputs(batch, pack, offset, coefficients);
            using ForwardPass? forward = withGradient && pack.Target.Length > 0 ? Begin(pack) : null;
            torch.Tensor? logProbs = forward is null ? null : LabelLogProbs(forward, pack);
            if (inputs is not null && forward is not null && logProbs is not null)
            {
                IopoLossResult result = decoder.Options.Kernels.IopoLoss.Evaluate(
                    logProbs.detach(), inputs.Segments, inputs.Reference, inputs.Weight, _kernelLoss!.Value);
                unread.Add((offset, pack, result.Sums.MoveToOuterDisposeScope()));
                Autograd.Backward(logProbs, result.Gradient);
                forward.Backward();
                continue;
            }
            double[] labelLogProbs = logProbs is null ? PackScorer.Score(decoder, pack) : PackScorer.ToHost(logProbs);

            torch.Tensor? gradient = Objective(batch, pack, offset, coefficients, labelLogProbs, logProbs);
            if (forward is null || logProbs is null || gradient is null)
                continue;
            Autograd.Backward(logProbs, gradient);
            forward.Backward();
        }

        foreach ((int offset, Pack pack, torch.Tensor sums) in unread)
        {
            SetSequences(batch, pack, offset, PackScorer.ToHost(sums.flatten()));
            SetValues(batch, offset + pack.FirstPosition, pack.RecordCount);
        }
        double loss = 0;
        for (int i = 0; i < batch.Values.Length; i++)
            loss += coefficients[i] * batch.Values[i].Loss;
        return new StepResult(loss, batch.Values, tokens, MicroBatchLogs(step, batch));
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
    /// <param name="labels">[M] log-probabilities.</param>
    /// <param name="logProbs">The same on the graph; null: no gradient is wanted.</param>
    /// <returns>The gradient of each label's log-probability [M], as <paramref name="logProbs"/>.</returns>
    private torch.Tensor? Objective(
        Batch batch, Pack pack, int offset, double[] coefficients, double[] labels, torch.Tensor? logProbs)
    {
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Loss, "objective");
        SetSequences(batch, pack, offset, PackScorer.SequenceSums(pack, labels));
        SetValues(batch, offset + pack.FirstPosition, pack.RecordCount);
        if (logProbs is null)
            return null;
        int roles = objective.Roles.Count;
        double[] gradient = new double[pack.Target.Length];
        for (int m = 0; m < gradient.Length; m++)
        {
            int sequence = pack.Sequence[m];
            int record = offset + pack.Sequences[sequence].Place;
            gradient[m] = coefficients[record] * batch.Values[record].Gradient[sequence % roles];
        }
        return torch.tensor(gradient, dtype: torch.ScalarType.Float64).to(logProbs.dtype).to(logProbs.device);
    }

    private double[] Coefficients(Batch batch)
    {
        if (objective is not SftObjective)
            return LossCoefficients.Preference(batch.MicroBatchSizes, options.Reduction, options.Accumulation);
        IReadOnlyList<int>[] labels =
            [.. batch.MicroBatches().Select(m => batch.Records[m].Select(r => RecordSequences.LabelCount(r, SequenceRole.Sft)).ToArray())];
        return LossCoefficients.Sft(labels, options.SftReduction, options.Reduction, options.Accumulation);
    }

    /// <summary>What iopo_loss reads of a pack, on the device before the pack's forward.</summary>
    private KernelInputs Inputs(Batch batch, Pack pack, int offset, double[] coefficients)
    {
        int[] segments = new int[pack.SequenceCount + 1];
        for (int s = 0; s < pack.SequenceCount; s++)
            segments[s + 1] = segments[s] + pack.Sequences[s].LabelCount;
        int first = offset + pack.FirstPosition;
        IEnumerable<double> sums = Enumerable.Range(first, pack.RecordCount)
            .SelectMany(record => reference is null ? new double[4] : reference.Of(batch.Positions[record]).ToArray());
        torch.Tensor ToDevice(IEnumerable<double> values) =>
            torch.tensor(values.ToArray(), dtype: torch.ScalarType.Float64, device: decoder.Options.Device);
        return new KernelInputs(
            torch.tensor(segments, dtype: torch.ScalarType.Int32, device: decoder.Options.Device), ToDevice(sums),
            ToDevice(coefficients.Skip(first).Take(pack.RecordCount)));
    }

    /// <summary>Stores a pack's sums, with the reference's, by record.</summary>
    /// <param name="pack">R records of S sequences.</param>
    /// <param name="offset">Place in the step of the record that the pack counts from.</param>
    /// <param name="sums">[S].</param>
    private void SetSequences(Batch batch, Pack pack, int offset, double[] sums)
    {
        int roles = objective.Roles.Count;
        for (int r = 0; r < pack.RecordCount; r++)
        {
            int record = offset + pack.FirstPosition + r;
            batch.Sequences[record] = new SequenceLogProb[roles];
            for (int i = 0; i < roles; i++)
                batch.Sequences[record][i] = new SequenceLogProb(
                    sums[r * roles + i], reference is null ? 0 : reference.Of(batch.Positions[record])[i],
                    pack.Sequences[r * roles + i].LabelCount);
        }
    }

    /// <summary>Evaluates the objective on consecutive records: one by one, or by micro-batch where it couples them.</summary>
    private void SetValues(Batch batch, int first, int count)
    {
        Range[] groups = objective.CouplesMicroBatch
            ? [.. batch.MicroBatches().Where(m => m.Start.Value >= first && m.Start.Value < first + count)]
            : [.. Enumerable.Range(first, count).Select(i => i..(i + 1))];
        foreach (Range group in groups)
        {
            IReadOnlyList<ObjectiveValue> evaluated = objective.EvaluateMicroBatch(batch.Sequences[group]);
            for (int i = 0; i < evaluated.Count; i++)
            {
                int record = group.Start.Value + i;
                if (!double.IsFinite(evaluated[i].Loss))
                    throw new TrainingDivergedException($"the loss of record {batch.Records[record].Index} is {evaluated[i].Loss}");
                batch.Values[record] = evaluated[i];
            }
        }
    }

    private List<MicroBatchLog> MicroBatchLogs(OptimizerStep step, Batch batch)
    {
        List<MicroBatchLog> logs = [];
        foreach (Range range in batch.MicroBatches())
            logs.Add(new MicroBatchLog(
                step.Number, logs.Count, [.. batch.Records[range].Select(r => r.Index)],
                ByRole(batch.Sequences[range], s => s.Policy), reference is null ? null : ByRole(batch.Sequences[range], s => s.Reference),
                MeanLoss(batch.Sequences[range], batch.Values[range])));
        return logs;
    }

    private double MeanLoss(SequenceLogProb[][] sequences, ObjectiveValue[] values) => objective is SftObjective
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

    /// <summary>The R records of a step, in order, and the values of each.</summary>
    private sealed class Batch
    {
        public Batch(OptimizerStep step, IReadOnlyList<EncodedRecord> data)
        {
            Positions = [.. step.Records];
            Records = [.. Positions.Select(place => data[place])];
            MicroBatchSizes = [.. step.MicroBatches.Select(m => m.Records.Count)];
            (Sequences, Values) = (new SequenceLogProb[Positions.Length][], new ObjectiveValue[Positions.Length]);
        }

        /// <summary>[R] place of each record in the data set.</summary>
        public int[] Positions { get; }

        /// <summary>[R].</summary>
        public EncodedRecord[] Records { get; }

        public int[] MicroBatchSizes { get; }

        /// <summary>[R][roles].</summary>
        public SequenceLogProb[][] Sequences { get; }

        /// <summary>[R].</summary>
        public ObjectiveValue[] Values { get; }

        /// <summary>The records of each micro-batch.</summary>
        public IEnumerable<Range> MicroBatches()
        {
            int first = 0;
            foreach (int size in MicroBatchSizes)
            {
                yield return first..(first + size);
                first += size;
            }
        }
    }
}

/// <summary>Means over the records of a step of a preference objective's figures; all null for supervised fine-tuning.</summary>
internal sealed record StepStatistics(IReadOnlyDictionary<string, double>? Rewards, double? Margins, double? Accuracies)
{
    public static StepStatistics Of(Objective objective, IReadOnlyList<ObjectiveValue> values)
    {
        if (values.Count == 0 || values[0].Rewards.Length == 0)
            return new StepStatistics(null, null, null);
        Dictionary<string, double> rewards = [];
        for (int i = 0; i < objective.Roles.Count; i++)
            rewards[objective.Roles[i].Name()] = values.Average(v => v.Rewards[i]);
        return new StepStatistics(rewards, values.Average(v => v.Margin), values.Average(v => v.Accuracy));
    }
}
