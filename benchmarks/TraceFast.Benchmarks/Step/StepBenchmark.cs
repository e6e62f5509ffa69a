using System.Diagnostics;
using TraceFast.Benchmarks.Shapes;
using TraceFast.Data;
using TraceFast.Data.Progress;
using TraceFast.Kernels;
using TraceFast.Kernels.Profiling;
using TraceFast.Models.Config;
using TraceFast.Models.Lora;
using TraceFast.Models;
using TraceFast.Training.Encoding;
using TraceFast.Training.Loop;
using TraceFast.Training.Metrics;
using TraceFast.Training.Objectives;
using TraceFast.Training.Optimization;
using TraceFast.Training.Packing;
using TraceFast.Training.Profiling;
using TraceFast.Training.Reference;
using TraceFast.Training.Scoring;
using TraceFast.Training.Steps;

namespace TraceFast.Benchmarks.Step;

/// <summary>
/// Times optimizer steps of the published setting (IOPO, LoRA r 8 on every linear layer but the head, AdamW, learning rate 5e-6) on random
/// token ids, by the code that <c>train</c> runs: packing, <see cref="TrainStep"/>, clipping and <see cref="AdamWOptimizer"/>.
/// The reference's log-probabilities are computed before the first step, as in training, and timed apart.
/// </summary>
public static class StepBenchmark
{
    private const double LearningRate = 5e-6;
    private const double Beta = 0.1;

    /// <exception cref="InputException">The model or the lengths do not load.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between steps.</exception>
    public static StepMeasurement Run(StepBenchmarkOptions options, IRunLog log, CancellationToken cancellation = default)
    {
        IReadOnlyList<QuadLength> lengths = Lengths(options);
        torch.Device device = RunDevice.Choose(options.Device, log);
        RunDevice.MakeDeterministic(device, options.Threads, Environment.ProcessorCount);
        torch.ScalarType dtype = ComputeDtypeChoice.Choose(options.Dtype, bf16Permitted: true, resumed: null, device, log);
        KernelSet kernels = options.Kernels ?? RunDevice.KernelsFor(device, log);
        DecoderOptions decoderOptions = new()
        {
            ComputeDtype = dtype,
            Device = device,
            Kernels = kernels,
            ActivationCheckpointing = options.ActivationCheckpointing,
        };
        using Decoder decoder = options.ModelFolder is string folder
            ? Decoder.Load(folder, decoderOptions)
            : Decoder.Random(ModelShape.Configuration(options.Shape!), options.Seed, decoderOptions);
        LoraConfig lora = new();
        using LoraAdapter adapter = LoraAdapter.Create(lora, decoder, options.Seed);
        decoder.Attach(adapter);

        EncodedRecord[] records = Records(lengths, decoder.Config.VocabularySize, options.Seed);
        Objective objective = PreferenceObjective.Iopo(new SigmoidLoss(Beta, 0), Beta);
        PackingOptions packing = new(options.TokenBudget);
        long start = Stopwatch.GetTimestamp();
        double[] sums = ReferenceModel.Base(decoder)
            .Use(d => new RecordScorer(d, packing, objective.Roles).Score(records, "reference", log, cancellation));
        double referenceSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        TrainStep computation = new(
            decoder, objective, records, new ReferenceLogProbs("benchmark", "benchmark", objective.Roles.Count, sums),
            new StepOptions(packing, LossReduction.Records, SftLossReduction.Token, Accumulation: 1));
        using AdamWOptimizer optimizer = new(kernels, decoder.TrainableParameters, new OptimizerOptions());
        using StepProfiler? profiler = options.Profile ? new StepProfiler(device, options.Steps, log) : null;
        decoder.Training = true;
        double[] seconds = new double[options.Steps];
        StepResult? last = null;
        long packedTokens = 0;
        for (int number = 0; number <= options.Steps; number++)
        {
            cancellation.ThrowIfCancellationRequested();
            profiler?.Begin(number);
            start = Stopwatch.GetTimestamp();
            last = computation.Accumulate(StepOf(number, options.Quads), cancellation);
            optimizer.Step(LearningRate);
            if (device.type == DeviceType.CUDA)
                torch.cuda.synchronize();
            double all = Stopwatch.GetElapsedTime(start).TotalSeconds;
            profiler?.End();
            if (number == 0)
                continue;
            seconds[number - 1] = all;
            packedTokens += last.Tokens;
            log.Line(FormattableString.Invariant($"step {number}/{options.Steps}: {all:0.000} s, loss {last.Loss:0.0000}"));
        }

        Profile? profile = profiler?.Finish();
        double peakMiB = ProcessMemory.PeakMiB();
        Roofline? roofline = profile is null ? null : Roofline.Measure(dtype, device);
        EncodedRecord[] timed = records[options.Quads..];
        return new StepMeasurement
        {
            SecondsPerStep = seconds,
            Quads = options.Quads,
            PackedTokens = packedTokens,
            UnpaddedTokens = lengths.Skip(options.Quads).Sum(l => l.Unpadded),
            Labels = lengths.Skip(options.Quads).Sum(l => 2L * (l.Y1 + l.Y2)),
            PeakMiB = peakMiB,
            FlopPerStep = Flop(decoder.Config, timed, options, packing, objective, lora.Rank, dtype) / options.Steps,
            PeakFlops = roofline?.Flops ?? Roofline.MeasureFlops(dtype, device),
            ReferenceSeconds = referenceSeconds,
            Loss = last!.Loss,
            Dtype = ComputeDtypeChoice.NameOf(dtype),
            Threads = torch.get_num_threads(),
            Processor = RunEnvironment.Processor,
            LibtorchVersion = torch.__version__,
            Kernels = kernels.Describe(),
            Profile = profile is null || roofline is null
                ? null : new ProfiledSteps(profile, new ProfileFacts(roofline, RunEnvironment.Describe(decoderOptions))),
        };
    }

    private static IReadOnlyList<QuadLength> Lengths(StepBenchmarkOptions options)
    {
        int count = checked(options.Quads * (options.Steps + 1));
        return options.LengthsFile is string file ? QuadLengths.Read(file, count) : QuadLengths.Sample(count, options.Seed);
    }

    /// <summary>Quads of uniformly drawn token ids, so that no two prompts share a beginning.</summary>
    private static EncodedRecord[] Records(IReadOnlyList<QuadLength> lengths, int vocabularySize, int seed)
    {
        Random random = new(seed);
        return [.. lengths.Select((l, i) => new EncodedQuad(i, Tokens(l.X1), Tokens(l.Y1), Tokens(l.X2), Tokens(l.Y2)))];

        int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(vocabularySize))];
    }

    private static OptimizerStep StepOf(int number, int quads) =>
        new(number, EpochAfter: 0, [new MicroBatch(number, Epoch: 0, [.. Enumerable.Range(number * quads, quads)])]);

    private static double Flop(
        DecoderConfig config, EncodedRecord[] records, StepBenchmarkOptions options, PackingOptions packing, Objective objective, int rank,
        torch.ScalarType dtype)
    {
        Packer packer = new(packing, objective.Roles);
        Cost total = default;
        foreach (EncodedRecord[] step in records.Chunk(options.Quads))
        {
            foreach (Pack pack in packer.Build(step))
                using (pack)
                    total += StepCost.OfPack(config, pack.Layout, pack.Target.Length, rank, dtype);
            total += StepCost.Optimizer(config, rank, dtype);
        }

        return total.Flops;
    }
}
