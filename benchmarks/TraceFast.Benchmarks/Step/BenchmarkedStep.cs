using System.Diagnostics;
using TraceFast.Data;
using TraceFast.Data.Progress;
using TraceFast.Kernels;
using TraceFast.Models;
using TraceFast.Models.Lora;
using TraceFast.Training.Encoding;
using TraceFast.Training.Loop;
using TraceFast.Training.Metrics;
using TraceFast.Training.Objectives;
using TraceFast.Training.Optimization;
using TraceFast.Training.Packing;
using TraceFast.Training.Reference;
using TraceFast.Training.Scoring;
using TraceFast.Training.Steps;

namespace TraceFast.Benchmarks.Step;

/// <summary>
/// Optimizer steps of the published setting (IOPO, LoRA r 8 on every linear layer but the head, AdamW, learning rate 5e-6) on random
/// token ids, by the code that <c>train</c> runs: packing, <see cref="TrainStep"/>, clipping and <see cref="AdamWOptimizer"/>.
/// The reference's log-probabilities are computed when it is made, as in training.
/// </summary>
internal sealed class BenchmarkedStep : IDisposable
{
    private const double LearningRate = 5e-6;
    private const double Beta = 0.1;

    private readonly Decoder _decoder;
    private readonly LoraAdapter _adapter;
    private readonly TrainStep _computation;
    private readonly AdamWOptimizer _optimizer;
    private readonly PackingOptions _packing;
    private readonly Objective _objective = PreferenceObjective.Iopo(new SigmoidLoss(Beta, 0), Beta);
    private readonly int _quads;

    /// <param name="decoder">Gets an adapter; stays the caller's.</param>
    /// <param name="lengths">Of the quads of all steps.</param>
    /// <param name="quads">Quads of a step.</param>
    /// <param name="seed">Of the adapter and the token ids.</param>
    /// <exception cref="OperationCanceledException">Cancelled in the reference's forward passes.</exception>
    public BenchmarkedStep(
        Decoder decoder, IReadOnlyList<QuadLength> lengths, int quads, PackingOptions packing, int seed, IRunLog log,
        CancellationToken cancellation)
    {
        (_decoder, _quads, _packing) = (decoder, quads, packing);
        Records = RandomRecords(lengths, decoder.Config.VocabularySize, seed);
        long start = Stopwatch.GetTimestamp();
        double[] sums = ReferenceModel.Base(decoder)
            .Use(d => new RecordScorer(d, packing, _objective.Roles).Score(Records, "reference", log, cancellation));
        ReferenceSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        LoraConfig lora = new();
        Rank = lora.Rank;
        _adapter = LoraAdapter.Create(lora, decoder, seed);
        decoder.Attach(_adapter);
        _computation = new TrainStep(
            decoder, _objective, Records, new ReferenceLogProbs("benchmark", "benchmark", _objective.Roles.Count, sums),
            new StepOptions(packing, LossReduction.Records, SftLossReduction.Token, Accumulation: 1));
        _optimizer = new AdamWOptimizer(decoder.Options.Kernels, decoder.TrainableParameters, new OptimizerOptions());
        decoder.Training = true;
    }

    public EncodedRecord[] Records { get; }

    /// <summary>LoRA's.</summary>
    public int Rank { get; }

    /// <summary>Seconds that the reference's log-probabilities took.</summary>
    public double ReferenceSeconds { get; }

    /// <summary>Forward, backward, clipping and AdamW on the quads of a step.</summary>
    /// <param name="number">Of the step, from 0: which quads it takes.</param>
    public StepResult Run(int number, CancellationToken cancellation)
    {
        StepResult result = _computation.Accumulate(
            new(number, EpochAfter: 0, [new MicroBatch(number, Epoch: 0, [.. Enumerable.Range(number * _quads, _quads)])]), cancellation);
        _optimizer.Step(LearningRate);
        return result;
    }

    /// <summary>What some steps must do; see <see cref="StepCost"/>.</summary>
    /// <param name="records">Of whole steps.</param>
    public Cost CostOf(IEnumerable<EncodedRecord> records)
    {
        Packer packer = new(_packing, _objective.Roles);
        torch.ScalarType dtype = _decoder.Options.ComputeDtype;
        Cost total = default;
        foreach (EncodedRecord[] step in records.Chunk(_quads))
        {
            foreach (Pack pack in packer.Build(step))
                using (pack)
                    total += StepCost.OfPack(_decoder.Config, pack.Layout, pack.Target.Length, Rank, dtype);
            total += StepCost.Optimizer(_decoder.Config, Rank, dtype);
        }

        return total;
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _computation.Dispose();
        _adapter.Dispose();
    }

    /// <summary>Quads of uniformly drawn token ids, so that no two prompts share a beginning.</summary>
    private static EncodedRecord[] RandomRecords(IReadOnlyList<QuadLength> lengths, int vocabularySize, int seed)
    {
        Random random = new(seed);
        return [.. lengths.Select((l, i) => new EncodedQuad(i, Tokens(l.X1), Tokens(l.Y1), Tokens(l.X2), Tokens(l.Y2)))];

        int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(vocabularySize))];
    }
}
