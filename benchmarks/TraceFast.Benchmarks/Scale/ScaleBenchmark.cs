using System.Diagnostics;
using System.Globalization;
using System.Net;
using TraceFast.Benchmarks.Shapes;
using TraceFast.Benchmarks.Step;
using TraceFast.Data;
using TraceFast.Data.Json;
using TraceFast.Data.Progress;
using TraceFast.Kernels.Libtorch;
using TraceFast.Kernels.Profiling;
using TraceFast.Training.Distributed;
using TraceFast.Training.Loop;

namespace TraceFast.Benchmarks.Scale;

/// <summary>Exchanges of the smallest model's gradients.</summary>
public enum CheckedExchanges
{
    None,
    Lora,

    /// <summary>With LoRA, and of all weights.</summary>
    All,
}

/// <summary>What is predicted, and the constants that are given; those that are not are measured.</summary>
public sealed record ScaleOptions
{
    public required ScalePlan Plan { get; init; }

    /// <summary>Null: by <see cref="PingPong"/>.</summary>
    public Network? Network { get; init; }

    /// <summary>Measures the network between two ranks of this job.</summary>
    public bool PingPong { get; init; }

    /// <summary>Which exchanges of gradients are also timed on these ranks and compared with their predictions.</summary>
    public CheckedExchanges Check { get; init; }

    /// <summary>Operations a second that a rank reaches; null: of <see cref="StepFile"/>, else measured.</summary>
    public double? Flops { get; init; }

    /// <summary>What <c>bench step --json</c> has written.</summary>
    public string? StepFile { get; init; }

    /// <summary>
    /// float32 or bfloat16; null: the file's, or what training would choose here, or bfloat16 where <see cref="Flops"/> are given.
    /// </summary>
    public string? Dtype { get; init; }

    public double? MemoryBandwidth { get; init; }

    /// <summary>Null: this machine's.</summary>
    public double? Memory { get; init; }

    public GpuConstants? Gpu { get; init; }

    /// <summary>Of a rank; 0: those that the launcher gives it.</summary>
    public int Threads { get; init; }
}

/// <summary>The predictions and what they were made from.</summary>
/// <param name="Sources">Where each constant is from, a line each.</param>
/// <param name="PingPong">Empty where the network is given.</param>
/// <param name="Fit">Null where the network is given.</param>
/// <param name="Checks">Empty unless asked for.</param>
public sealed record ScaleMeasurement(
    ScalePlan Plan, MachineConstants Machine, IReadOnlyList<string> Sources, IReadOnlyList<MessageTime> PingPong, NetworkFit? Fit,
    IReadOnlyList<StepPrediction> Predictions, IReadOnlyList<ExchangeCheck> Checks);

/// <summary>
/// Predicts the time of optimizer steps on any number of ranks from what one rank computes, what ranks exchange by the code's own counts
/// (<see cref="ExchangeCost"/>), and a network of two constants (<see cref="Network"/>).
/// </summary>
public static class ScaleBenchmark
{
    /// <summary>Whose step and whose exchange are measured: the smallest model.</summary>
    public static string MeasuredShape => ModelShape.Names[0];

    /// <summary>All ranks call it.</summary>
    /// <returns>On rank 0; elsewhere null.</returns>
    /// <exception cref="InputException">Options do not go together, or a file does not read.</exception>
    /// <exception cref="NetworkFitException">The ping-pong's times make no sense.</exception>
    public static ScaleMeasurement? Run(ScaleOptions options, Communicator ranks, IRunLog log, CancellationToken cancellation)
    {
        RequireNetwork(options, ranks.Size);
        foreach (string model in options.Plan.Models)
            TrainedModel.Both(model);
        (double Flops, torch.ScalarType Dtype, string Source)? stated = Stated(options);
        RunDevice.MakeDeterministic(LibtorchRuntime.Cpu, options.Threads, ranks.Processors);
        List<string> sources = [];
        IReadOnlyList<MessageTime> times = [];
        if (options.PingPong)
        {
            log.Line(FormattableString.Invariant($"ping-pong between ranks 0 and {ranks.Size - 1}: messages of 8 B to 64 MiB"));
            times = PingPong.Measure(ranks, cancellation);
        }
        NetworkFit? fit = times.Count > 0 ? NetworkFit.Of(times) : null;
        double memoryBandwidth = options.MemoryBandwidth ?? MeasureMemory(ranks);
        (double Ordered, double Fast)[] exchanges = Exchanges(options.Check, ranks, log, cancellation);
        // The others wait for rank 0, so that it computes alone.
        (double Flops, torch.ScalarType Dtype, string Source) compute =
            stated ?? (ranks.Writes ? Compute(options, ranks, log, cancellation) : default);
        string machineName = Dns.GetHostName();
        int ranksHere = ranks.Gather(machineName).Count(name => name == machineName);
        if (!ranks.Writes)
            return null;

        MachineConstants machine = new()
        {
            Network = fit?.Network ?? options.Network!.Value,
            Flops = compute.Flops,
            Dtype = compute.Dtype,
            MemoryBandwidth = memoryBandwidth,
            Memory = options.Memory ?? (double)GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / ranksHere,
            Gpu = options.Gpu,
        };
        sources.Add(fit is null ? "network: as given" : FormattableString.Invariant(
            $"network: ping-pong of ranks 0 and {ranks.Size - 1}, {times.Count} lengths; relative errors of the fit {fit.Residual:P0} ")
            + FormattableString.Invariant($"(root mean square), {fit.Largest.Error:P0} at most, at {fit.Largest.Bytes} B"));
        sources.Add($"compute: {compute.Source}");
        sources.Add("memory bandwidth: " + (options.MemoryBandwidth is not null ? "as given"
            : FormattableString.Invariant($"a += b measured here, on {ranks.Size} ranks at once")));
        sources.Add("memory: " + (options.Memory is not null ? "as given"
            : ranksHere == 1 ? "this machine's" : $"this machine's, shared by {ranksHere} ranks"));
        return new ScaleMeasurement(
            options.Plan, machine, sources, times, fit, [.. StepPrediction.All(options.Plan, machine)],
            [.. TrainedModel.Both(MeasuredShape).Zip(exchanges).SelectMany(e => new[]
            {
                ExchangeCheck.Of(e.First, GradientReduction.Ordered, ranks.Size, machine, e.Second.Ordered),
                ExchangeCheck.Of(e.First, GradientReduction.Fast, ranks.Size, machine, e.Second.Fast),
            })]);
    }

    private static void RequireNetwork(ScaleOptions options, int ranks)
    {
        const string PingPongCommand = "mpirun -np 2 ./tracefast bench scale --ping-pong";
        if (options.Network is null && !options.PingPong)
            throw new InputException(
                "bench scale: found no network, expected --latency and --bandwidth, or their measurement between two ranks: "
                + PingPongCommand);
        if (options.PingPong && ranks == 1)
            throw new InputException($"--ping-pong: found one process, expected two or more: {PingPongCommand}");
        if (!options.PingPong && ranks > 1)
            throw new InputException(
                $"bench scale: found {ranks} processes without --ping-pong, expected it; one is enough where the network is given");
    }

    /// <summary>The slowest rank's: ranks on one machine have its memory between them.</summary>
    private static double MeasureMemory(Communicator ranks)
    {
        ranks.Barrier();
        return ranks.Gather(Roofline.MeasureBandwidth(torch.CPU)).Min();
    }

    private static (double Ordered, double Fast)[] Exchanges(
        CheckedExchanges check, Communicator ranks, IRunLog log, CancellationToken cancellation)
    {
        if (check == CheckedExchanges.None)
            return [];
        log.Line($"exchange of gradients as train makes it: {MeasuredShape}, both reductions");
        return [.. TrainedModel.Both(MeasuredShape).Take(check == CheckedExchanges.All ? 2 : 1).Select(model => (
            ExchangeCheck.Measure(model.Trained, GradientReduction.Ordered, ranks, cancellation),
            ExchangeCheck.Measure(model.Trained, GradientReduction.Fast, ranks, cancellation)))];
    }

    /// <summary>Null: it has to be measured.</summary>
    private static (double Flops, torch.ScalarType Dtype, string Source)? Stated(ScaleOptions options)
    {
        if (options.Flops is double given)
            return (given, DtypeOf(options.Dtype ?? "bfloat16"), "as given");
        if (options.StepFile is string file)
        {
            JsonConfig step = JsonConfig.ReadFile(file);
            double flops = step.Positive("achieved_flops");
            string stored = step.Text("dtype");
            if (stored is not ("float32" or "bfloat16"))
                throw step.ErrorAt("dtype", "float32 or bfloat16, as bench step --json writes it");
            (int threads, double share) = (step.Integer("threads"), step.Number("share_of_peak"));
            return (flops, DtypeOf(stored), FormattableString.Invariant(
                $"{file}, written by bench step: {stored}, {threads} threads, {share:P0} of the peak"));
        }
        return null;
    }

    private static (double Flops, torch.ScalarType Dtype, string Source) Compute(
        ScaleOptions options, Communicator ranks, IRunLog log, CancellationToken cancellation)
    {
        log.Line($"compute: two steps of {MeasuredShape}, as bench step takes them");
        StepMeasurement m = StepBenchmark.Run(
            new StepBenchmarkOptions
            {
                Shape = MeasuredShape, Quads = 1, Steps = 2, Dtype = options.Dtype,
                Threads = options.Threads > 0 ? options.Threads : ranks.Processors,
            },
            log, cancellation);
        return (m.AchievedFlops, DtypeOf(m.Dtype), FormattableString.Invariant(
            $"two steps of {MeasuredShape} measured here, LoRA: {m.Dtype}, {m.Threads} threads, {m.ShareOfPeak:P0} of the peak"));
    }

    private static torch.ScalarType DtypeOf(string name) => name == "bfloat16" ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;
}
