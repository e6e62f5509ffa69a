using TraceFast.Benchmarks.Scale;
using TraceFast.Benchmarks.Shapes;
using TraceFast.Training.Distributed;

namespace TraceFast.Cli.Commands;

/// <summary>Predicts optimizer steps on many ranks.</summary>
internal static class BenchScale
{
    private static readonly int[] s_ranks = [.. Enumerable.Range(0, 11).Select(i => 1 << i)];

    public static Command Create(CommandStreams streams, CancellationToken interrupt)
    {
        Option<string[]> models = new("--model")
        {
            Description = $"shapes, each with LoRA and whole: {string.Join(", ", ModelShape.Names)} (all of them)",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. ModelShape.Names],
        };
        Option<int[]> ranks = NumberOptions.Wholes("--ranks", "numbers of ranks, one to a node", s_ranks, least: 1, most: 1 << 20);
        Option<int> quads = NumberOptions.Whole("--quads", "quads of a micro-batch, of 200 + 300 tokens on either side", 1, least: 1);
        Option<int?> accumulation = NumberOptions.OptionalWhole(
            "--accumulation", "micro-batches of a step on each rank, so that the batch grows with the ranks (8)", least: 1);
        Option<int?> global = NumberOptions.OptionalWhole(
            "--global-batch", "micro-batches of a step on all ranks together, in place of --accumulation; ranks have to divide it",
            least: 1);
        Option<string> reduction = new("--reduction") { Description = "gradient_reduction of train",
            DefaultValueFactory = _ => "ordered" };
        reduction.AcceptOnlyFromAmong("ordered", "fast");
        Option<bool> pingPong = new("--ping-pong")
        {
            Description = "measure the network between the first and the last rank: mpirun -np 2 ./tracefast bench scale --ping-pong",
        };
        Option<double?> latency = QuantityOptions.Optional("--latency", "of the network, in place of --ping-pong", Quantity.Time);
        Option<double?> bandwidth = QuantityOptions.Optional("--bandwidth", "of the network, one way", Quantity.Bandwidth);
        Option<string> check = new("--check")
        {
            Description = "with --ping-pong: time the exchange of the smallest shape's gradients, with LoRA or also whole, and compare",
            DefaultValueFactory = _ => "none",
        };
        check.AcceptOnlyFromAmong("none", "lora", "all");
        Option<double?> flops = QuantityOptions.Optional(
            "--flops", "what a rank reaches in a step; without it, two steps of the smallest shape are measured here", Quantity.Rate);
        Option<string?> step = new("--step-json") { Description = "or: a file with what bench step --json wrote", HelpName = "FILE" };
        Option<string> dtype = new("--dtype") { Description = "compute dtype; auto takes the faster one, bfloat16 with --flops",
            DefaultValueFactory = _ => "auto" };
        dtype.AcceptOnlyFromAmong("auto", "float32", "bfloat16");
        Option<double?> memoryBandwidth = QuantityOptions.Optional(
            "--memory-bandwidth", "of the host, a rank's share; without it, it is measured here", Quantity.Bandwidth);
        Option<double?> memory = QuantityOptions.Optional("--memory", "of a rank; without it, this machine's", Quantity.Size);
        Option<double?> gpuBandwidth = QuantityOptions.Optional("--gpu-bandwidth", "memory bandwidth of a rank's GPU", Quantity.Bandwidth);
        Option<double?> gpuLink = QuantityOptions.Optional("--gpu-link", "between host and GPU, one way", Quantity.Bandwidth);
        Option<int> threads = NumberOptions.Threads("threads of what is measured; 0: one per processor");
        Option<bool> markdown = new("--markdown") { Description = "write a Markdown table, a row for each model and method" };
        Option<bool> json = new("--json") { Description = "write one JSON object" };
        Command command = new(
            "scale",
            "Predicts the time of optimizer steps on many ranks from what one rank computes, what ranks exchange, and a network of two "
                + "constants.\nExample: tracefast bench scale --latency 1.5us --bandwidth 12.5GB/s --flops 400GFLOP/s --model qwen2.5-7b")
        {
            models, ranks, quads, accumulation, global, reduction, pingPong, latency, bandwidth, check, flops, step, dtype,
            memoryBandwidth, memory, gpuBandwidth, gpuLink, threads, markdown, json,
        };
        command.SetAction(parsed => RankedCommand.Run(streams, (job, log) =>
        {
            bool isFast = parsed.GetValue(reduction) == "fast";
            int? batch = parsed.GetValue(global);
            ScaleOptions options = new()
            {
                Plan = new ScalePlan
                {
                    Models = parsed.GetValue(models)!,
                    Ranks = Divisors(parsed.GetValue(ranks)!, batch, given: parsed.GetResult(ranks) is { Implicit: false }),
                    Quads = parsed.GetValue(quads),
                    Accumulation = parsed.GetValue(accumulation) ?? 8,
                    GlobalBatch = batch,
                    Reduction = isFast ? GradientReduction.Fast : GradientReduction.Ordered,
                },
                Network = NetworkOf(parsed.GetValue(latency), parsed.GetValue(bandwidth)),
                PingPong = parsed.GetValue(pingPong),
                Check = Enum.Parse<CheckedExchanges>(parsed.GetValue(check)!, ignoreCase: true),
                Flops = parsed.GetValue(flops),
                StepFile = parsed.GetValue(step),
                Dtype = parsed.GetValue(dtype) is "auto" ? null : parsed.GetValue(dtype),
                MemoryBandwidth = parsed.GetValue(memoryBandwidth),
                Memory = parsed.GetValue(memory),
                Gpu = GpuOf(parsed.GetValue(gpuBandwidth), parsed.GetValue(gpuLink)),
                Threads = parsed.GetValue(threads),
            };
            Require(options.Network is null || !options.PingPong,
                "found --ping-pong beside --latency and --bandwidth, expected one or the other");
            Require(options.Check == CheckedExchanges.None || options.PingPong,
                "found --check without --ping-pong, expected both: it needs ranks");
            Require(batch is null || parsed.GetValue(accumulation) is null,
                "found --accumulation beside --global-batch, expected one of them");
            Require(options.Flops is null || options.StepFile is null, "found --flops beside --step-json, expected one of them");
            Require(options.StepFile is null || options.Dtype is null, "found --dtype beside --step-json, which has one");
            Require(options.Gpu is null || (options.Memory is not null && (options.Flops is not null || options.StepFile is not null)),
                "found a GPU without its memory and rate, expected --memory and --flops (or --step-json): those measured here are a "
                + "processor's");
            Require(!parsed.GetValue(markdown) || !parsed.GetValue(json), "found --markdown beside --json, expected one of them");
            if (ScaleBenchmark.Run(options, job, log, interrupt) is not { } measured)
                return ExitCodes.Done;
            if (parsed.GetValue(json))
                new JsonOutput(streams.Output).Line(w => ScaleTables.Write(w, measured));
            else
                ScaleTables.Write(streams.Text, measured, parsed.GetValue(markdown) ? null : streams.Width);
            return ExitCodes.Done;
        }));
        return command;
    }

    /// <summary>The numbers of ranks among which a batch can be dealt out.</summary>
    private static IReadOnlyList<int> Divisors(int[] ranks, int? batch, bool given) =>
        batch is not int all ? ranks
        : !given ? [.. ranks.Where(r => all % r == 0)]
        : Array.Find(ranks, r => all % r != 0) is > 0 and int wrong
        ? throw new InputException($"--ranks: found {wrong}, expected numbers that divide --global-batch {all}")
        : ranks;

    private static Network? NetworkOf(double? latency, double? bandwidth)
    {
        Require(latency is null == bandwidth is null, "found one of --latency and --bandwidth, expected both");
        return latency is double alpha ? new Network(alpha, 1 / bandwidth!.Value) : null;
    }

    private static GpuConstants? GpuOf(double? bandwidth, double? link)
    {
        Require(bandwidth is null == link is null, "found one of --gpu-bandwidth and --gpu-link, expected both");
        return bandwidth is double own ? new GpuConstants(own, link!.Value) : null;
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new InputException($"bench scale: {otherwise}");
    }
}
