using System.Diagnostics;
using TraceFast.Benchmarks.Shapes;
using TraceFast.Data;
using TraceFast.Data.Progress;
using TraceFast.Kernels;
using TraceFast.Kernels.Profiling;
using TraceFast.Models;
using TraceFast.Training.Loop;
using TraceFast.Training.Metrics;
using TraceFast.Training.Packing;
using TraceFast.Training.Profiling;

namespace TraceFast.Benchmarks.Step;

/// <summary>
/// Times optimizer steps, as <see cref="BenchmarkedStep"/> makes them. The reference's log-probabilities are timed apart.
/// </summary>
public static class StepBenchmark
{
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
        };
        using Decoder decoder = options.ModelFolder is string folder
            ? Decoder.Load(folder, decoderOptions)
            : Decoder.Random(ModelShape.Configuration(options.Shape!), options.Seed, decoderOptions);
        decoder.RecomputedLayers = options.ActivationCheckpointing ? decoder.Config.Layers.Count : 0;
        using BenchmarkedStep step = new(
            decoder, lengths, options.Quads, new PackingOptions(options.TokenBudget), options.Seed, log, cancellation);
        using StepProfiler? profiler = options.Profile ? new StepProfiler(device, options.Steps, log) : null;
        double[] seconds = new double[options.Steps];
        StepResult? last = null;
        long packedTokens = 0;
        for (int number = 0; number <= options.Steps; number++)
        {
            cancellation.ThrowIfCancellationRequested();
            profiler?.Begin(number);
            long start = Stopwatch.GetTimestamp();
            last = step.Run(number, cancellation);
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
        return new StepMeasurement
        {
            SecondsPerStep = seconds,
            Quads = options.Quads,
            PackedTokens = packedTokens,
            UnpaddedTokens = lengths.Skip(options.Quads).Sum(l => l.Unpadded),
            Labels = lengths.Skip(options.Quads).Sum(l => 2L * (l.Y1 + l.Y2)),
            PeakMiB = peakMiB,
            FlopPerStep = step.CostOf(step.Records.Skip(options.Quads)).Flops / options.Steps,
            PeakFlops = roofline?.Flops ?? Roofline.MeasureFlops(dtype, device),
            ReferenceSeconds = step.ReferenceSeconds,
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
}
