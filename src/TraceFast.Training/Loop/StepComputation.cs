using TraceFast.Kernels.Libtorch;
using TraceFast.Models;
using TraceFast.Training.Metrics;
using TraceFast.Training.Optimisation;
using TraceFast.Training.Reference;
using TraceFast.Training.Scoring;

namespace TraceFast.Training.Loop;

/// <summary>How the gradient of a step is computed.</summary>
/// <param name="Packing">Budget and sharing; no choice changes the gradient.</param>
/// <param name="Normalisation">How records weigh.</param>
/// <param name="TokenNormalisation">How the labels of supervised records weigh.</param>
/// <param name="Accumulation"><c>gradient_accumulation_steps</c>.</param>
public sealed record StepOptions(PackingOptions Packing, LossNormalisation Normalisation, SftNormalisation TokenNormalisation, int Accumulation);

/// <summary>What the forward and backward passes of one optimizer step gave.</summary>
/// <param name="Loss">Σ over records of coefficient x loss: the value that the gradient belongs to.</param>
/// <param name="Values">One for each record, in the step's order.</param>
/// <param name="Tokens">Tokens that the model read.</param>
/// <param name="MicroBatches">The lines for <c>records.jsonl</c>.</param>
internal sealed record StepResult(double Loss, IReadOnlyList<ObjectiveValue> Values, long Tokens, IReadOnlyList<MicroBatchLog> MicroBatches);

/// <summary>
/// Gradient of one optimizer step, accumulated over packs:
/// <code>
///   pack ─ decoder ─► logp [M] ─ sums (float64, host) ─ objective ─► loss, d loss / d sum of sequence s
///   logp.backward(g),   g[m] = coefficient(record of m) x d loss / d sum(sequence of m)
/// </code>
/// Packs are cut by token budget inside the step, so that the budget changes nothing but the order of float additions.
/// </summary>
/// <param name="decoder">The policy.</param>
/// <param name="objective">The loss.</param>
/// <param name="records">The data set that step plans refer to.</param>
/// <param name="reference">Reference log-probs of the data set; null where the objective needs none.</param>
/// <param name="options">Normalisation and packing.</param>
internal sealed class StepComputation(
    Decoder decoder, Objective objective, IReadOnlyList<EncodedRecord> records, ReferenceLogProbs? reference, StepOptions options)
{
    private readonly Packer _packer = new(options.Packing, objective.Roles);

    /// <summary>Adds the gradient of a step to the parameters' gradients.</summary>
    /// <param name="step">Its records.</param>
    /// <param name="cancellation">Looked at between packs.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the gradients are incomplete.</exception>
    /// <exception cref="TrainingDivergedException">A loss is not finite.</exception>
    public StepResult Accumulate(OptimizerStep step, CancellationToken cancellation) => Run(step, Differentiate, cancellation);

    /// <summary>The same values without a gradient and without dropout.</summary>
    /// <inheritdoc cref="Accumulate"/>
    public StepResult Evaluate(OptimizerStep step, CancellationToken cancellation) =>
        Run(step, (pack, slopes) => slopes(PackScorer.Score(decoder, pack)), cancellation);

    /// <summary>One pack forward, its slopes, and backward.</summary>
    private void Differentiate(Pack pack, Func<double[], double[]> slopes)
    {
        if (pack.Target.Length == 0)
        {
            slopes([]);
            return;
        }

        using DisposeScope scope = torch.NewDisposeScope();
        using ForwardPass pass = decoder.Begin(PackScorer.Indices(pack.Tokens, decoder), pack.Layout);
        torch.Tensor logProbs = PackScorer.LabelLogProbs(decoder, pass.Hidden, pack);
        double[] slope = slopes(PackScorer.ToHost(logProbs));
        Autograd.Backward(logProbs, torch.tensor(slope, dtype: torch.ScalarType.Float64).to(logProbs.dtype).to(logProbs.device));
        pass.Backward();
    }

    /// <param name="step">Its records.</param>
    /// <param name="compute">Computes a pack's log-probs [M], hands them over, and gets d loss / d logp [M].</param>
    /// <param name="cancellation">Looked at between packs.</param>
    private StepResult Run(OptimizerStep step, Action<Pack, Func<double[], double[]>> compute, CancellationToken cancellation)
    {
        int[] places = [.. step.Records];
        EncodedRecord[] stepRecords = [.. places.Select(place => records[place])];
        int[] sizes = [.. step.MicroBatches.Select(m => m.Records.Count)];
        double[] coefficients = Coefficients(stepRecords, sizes);
        var sequences = new SequenceLogProb[places.Length][];
        var values = new ObjectiveValue[places.Length];
        long tokens = 0;
        foreach ((int offset, Pack built) in PackSlices.Of(_packer, stepRecords, objective.CouplesMicroBatch ? sizes : null))
        {
            using Pack pack = built;
            cancellation.ThrowIfCancellationRequested();
            tokens += pack.Tokens.Length;
            compute(pack, labelLogProbs =>
            {
                Evaluate(pack, offset, labelLogProbs, places, sizes, sequences, values);
                return [.. pack.Sequence.Select(s => Slope(offset + pack.Sequences[s].Place, s % objective.Roles.Count))];
            });
        }

        double loss = 0;
        for (int i = 0; i < values.Length; i++)
            loss += coefficients[i] * values[i].Loss;
        return new StepResult(loss, values, tokens, MicroBatchLogs(step, sizes, sequences, values));

        double Slope(int place, int role) => coefficients[place] * values[place].Gradient[role];
    }

    private double[] Coefficients(EncodedRecord[] stepRecords, int[] sizes)
    {
        if (objective is not SftObjective)
            return LossCoefficients.Preference(sizes, options.Normalisation, options.Accumulation);
        List<IReadOnlyList<int>> labels = [];
        int at = 0;
        foreach (int size in sizes)
        {
            labels.Add([.. stepRecords.Skip(at).Take(size).Select(r => RecordSequences.LabelCount(r, SequenceRole.Sft))]);
            at += size;
        }

        return LossCoefficients.Sft(labels, options.TokenNormalisation, options.Normalisation, options.Accumulation);
    }

    /// <summary>Fills in what the objective makes of a pack's records, by place in the step.</summary>
    private void Evaluate(Pack pack, int offset, double[] labelLogProbs, int[] places, int[] sizes, SequenceLogProb[][] sequences, ObjectiveValue[] values)
    {
        int roles = objective.Roles.Count;
        double[] sums = PackScorer.SequenceSums(pack, labelLogProbs);
        for (int r = 0; r < pack.RecordCount; r++)
        {
            int place = offset + pack.FirstPlace + r;
            sequences[place] = new SequenceLogProb[roles];
            for (int i = 0; i < roles; i++)
                sequences[place][i] = new SequenceLogProb(
                    sums[r * roles + i], reference is null ? 0 : reference.Of(places[place])[i], pack.Sequences[r * roles + i].LabelCount);
        }

        foreach ((int first, int count) in Groups(offset + pack.FirstPlace, pack.RecordCount, sizes))
        {
            IReadOnlyList<ObjectiveValue> evaluated = objective.EvaluateMicroBatch(sequences[first..(first + count)]);
            for (int i = 0; i < count; i++)
            {
                if (!double.IsFinite(evaluated[i].Loss))
                    throw new TrainingDivergedException($"the loss of record {records[places[first + i]].Index} is {evaluated[i].Loss}");
                values[first + i] = evaluated[i];
            }
        }
    }

    /// <summary>The micro-batches in a pack where the objective couples them, else its records one by one.</summary>
    private IEnumerable<(int First, int Count)> Groups(int first, int count, int[] sizes)
    {
        if (!objective.CouplesMicroBatch)
            return Enumerable.Range(first, count).Select(place => (place, 1));
        int at = 0;
        return [.. sizes.Select(size => (First: (at += size) - size, Count: size)).Where(g => g.First >= first && g.First < first + count)];
    }

    private List<MicroBatchLog> MicroBatchLogs(OptimizerStep step, int[] sizes, SequenceLogProb[][] sequences, ObjectiveValue[] values)
    {
        List<MicroBatchLog> logs = [];
        int first = 0;
        for (int m = 0; m < sizes.Length; m++)
        {
            Range range = first..(first + sizes[m]);
            logs.Add(new MicroBatchLog(
                step.Number, m, [.. step.MicroBatches[m].Records.Select(place => records[place].Index)],
                ByRole(sequences[range], s => s.Policy), reference is null ? null : ByRole(sequences[range], s => s.Reference),
                MeanLoss(sequences[range], values[range])));
            first += sizes[m];
        }

        return logs;
    }

    private double MeanLoss(SequenceLogProb[][] sequences, ObjectiveValue[] values) => objective is SftObjective
        ? values.Sum(v => v.Loss) / Math.Max(1, sequences.Sum(s => s[0].Labels))
        : values.Average(v => v.Loss);

    private Dictionary<string, double[]> ByRole(SequenceLogProb[][] sequences, Func<SequenceLogProb, double> select) =>
        objective.Roles.Select((role, i) => (role, i)).ToDictionary(r => RoleNames.Of(r.role), r => sequences.Select(s => select(s[r.i])).ToArray());
}
