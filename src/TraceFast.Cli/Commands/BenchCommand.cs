using System.Text.Json;
using TraceFast.Benchmarks.IfEval;
using TraceFast.Benchmarks.Shapes;
using TraceFast.Benchmarks.Step;
using TraceFast.Data.Files;
using TraceFast.Data.Json;
using TraceFast.Training.Profiling;

namespace TraceFast.Cli.Commands;

/// <summary>Measurements of this program's own speed.</summary>
internal static class BenchCommand
{
    public static Command Create(CommandStreams streams, CancellationToken interrupt) =>
        new("bench", "Measures speed and memory on this machine; run it alternately with another program and compare.")
        {
            Step(streams, interrupt), BenchKernels.Create(streams, interrupt), BenchDecode.Create(streams, interrupt),
            BenchScale.Create(streams, interrupt), BenchGate.Create(streams, interrupt), BenchRows.Create(streams, interrupt),
            IfEval(streams, interrupt),
        };

    private static Command Step(CommandStreams streams, CancellationToken interrupt)
    {
        Option<string?> shape = new("--shape") { Description = $"random weights of this shape: {string.Join(", ", ModelShape.Names)}" };
        Option<string?> model = new("--model") { Description = "folder of a Hugging Face model, in place of --shape" };
        Option<string?> lengths = new("--lengths")
        {
            Description = "JSON list of [x1, y1, x2, y2] token counts, one for each quad of every step, the one that warms up first; "
                + "without it they are drawn by the seed",
        };
        Option<int> quads = NumberOptions.Whole("--quads", "quads of an optimizer step", 1, least: 1);
        Option<int> steps = NumberOptions.Whole("--steps", "steps that are timed, after one that warms up", 3, least: 1);
        Option<int> threads = NumberOptions.Threads();
        Option<int> seed = NumberOptions.Whole("--seed", "of weights, token ids and drawn lengths", 0, least: 0);
        Option<int> budget = NumberOptions.Whole("--token-budget", "most tokens of one forward and backward pass", 4096, least: 1);
        Option<string> dtype = new("--dtype") { Description = "compute dtype; auto takes the faster one",
            DefaultValueFactory = _ => "auto" };
        dtype.AcceptOnlyFromAmong("auto", "float32", "bfloat16");
        Option<string> device = new("--device") { Description = "cpu, cuda, or auto: cuda where there is one",
            DefaultValueFactory = _ => "cpu" };
        device.AcceptOnlyFromAmong("cpu", "cuda", "auto");
        Option<bool> checkpointing = new("--checkpointing")
        {
            Description = "recompute activations in the backward pass, for less memory",
        };
        Option<bool> profile = new("--profile") { Description = "add a table of the operations of the timed steps" };
        Option<string?> trace = new("--trace")
        {
            Description = "write every operation of the timed steps to FILE for ui.perfetto.dev, and beside it "
                + "FILE.speedscope.json for speedscope.app",
            HelpName = "FILE",
        };
        Option<bool> overwrite = new("--overwrite") { Description = "replace existing files of --trace" };
        Option<bool> json = new("--json") { Description = "write one JSON object" };
        Command command = new(
            "step", "Times optimizer steps of IOPO with LoRA r 8 on random tokens, as train computes them.\n"
                + "Example: tracefast bench step --shape smollm2-135m --quads 1 --steps 3 --json")
        {
            shape, model, lengths, quads, steps, threads, seed, budget, dtype, device, checkpointing, profile, trace, overwrite, json,
        };
        command.SetAction(parsed =>
        {
            string? shapeName = parsed.GetValue(shape);
            string? folder = parsed.GetValue(model);
            if (shapeName is null == folder is null)
                throw new InputException(
                    $"bench step: found {(folder is null ? "neither" : "both")} of --shape and --model, expected one of them");
            string? traceFile = parsed.GetValue(trace);
            OutputCheck outputs = new OutputCheck(parsed.GetValue(overwrite)).Reads("--model", folder)
                .Reads("--lengths", parsed.GetValue(lengths));
            outputs.File("--trace", traceFile);
            outputs.File("--trace", traceFile is null ? null : ProfileFiles.SpeedscopeBeside(traceFile));
            StepMeasurement measured = StepBenchmark.Run(
                new StepBenchmarkOptions
                {
                    Shape = shapeName,
                    ModelFolder = folder,
                    LengthsFile = parsed.GetValue(lengths),
                    Quads = parsed.GetValue(quads),
                    Steps = parsed.GetValue(steps),
                    Device = parsed.GetValue(device)!,
                    Threads = parsed.GetValue(threads),
                    Seed = parsed.GetValue(seed),
                    TokenBudget = parsed.GetValue(budget),
                    Dtype = parsed.GetValue(dtype) is "auto" ? null : parsed.GetValue(dtype),
                    ActivationCheckpointing = parsed.GetValue(checkpointing),
                    Profile = parsed.GetValue(profile) || traceFile is not null,
                },
                RunLogs.For(streams),
                interrupt);
            bool withTable = parsed.GetValue(profile);
            if (parsed.GetValue(json))
                new JsonOutput(streams.Output).Line(writer => Write(writer, measured, withTable));
            else
                Write(streams.Text, measured, withTable);
            if (traceFile is not null)
                ProfileFiles.WriteBeside(traceFile, measured.Profile!);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command IfEval(CommandStreams streams, CancellationToken interrupt)
    {
        const int Prompts = 541;
        Option<string> responses = new("--responses") { Description = "responses as eval reads them", Required = true };
        Option<int> lines = NumberOptions.Whole("--lines", "number of its first lines to score", Prompts, least: 1);
        Option<int> rounds = NumberOptions.Whole("--rounds", "rounds that are timed, after one that warms up", 5, least: 1);
        Option<bool> json = new("--json") { Description = "write one JSON object" };
        Command command = new(
            "ifeval",
            "Times the IFEval scorer: reading a file of responses and scoring it.\n"
                + "Example: tracefast bench ifeval --responses models/demo/examples/ifeval_after.jsonl --json")
        {
            responses, lines, rounds, json,
        };
        command.SetAction(async (parsed, _) =>
        {
            IfEvalMeasurement m = await IfEvalBenchmark.RunAsync(
                parsed.GetValue(responses)!, parsed.GetValue(lines), parsed.GetValue(rounds), interrupt).ConfigureAwait(false);
            if (parsed.GetValue(json))
                new JsonOutput(streams.Output).Line(w =>
                {
                    w.WriteNumber("prompts", m.Prompts);
                    w.WriteNumber("instructions", m.Instructions);
                    w.WriteNumber("first_s", m.FirstSeconds);
                    w.WriteNumber("s_median", m.MedianSeconds);
                    w.WriteNumbers("s", [.. m.Seconds]);
                    w.WriteNumber("prompts_per_s", m.PromptsPerSecond);
                });
            else
                streams.Text.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{m.Prompts} prompts, {m.Instructions} instructions: first round {m.FirstSeconds:0.000} s, "
                        + $"then {m.MedianSeconds:0.000} s (median), {m.PromptsPerSecond:0} prompts/s"));
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Write(Utf8JsonWriter json, StepMeasurement m, bool withTable)
    {
        json.WriteNumber("quads_per_s", m.QuadsPerSecond);
        json.WriteNumber("tokens_per_s", m.PackedTokensPerSecond);
        json.WriteNumber("unpadded_tokens_per_s", m.UnpaddedTokensPerSecond);
        json.WriteNumber("s_per_step_median", m.MedianSeconds);
        json.WriteNumbers("s_per_step", [.. m.SecondsPerStep]);
        json.WriteNumber("peak_mib", m.PeakMiB);
        json.WriteNumber("flop_per_step", m.FlopPerStep);
        json.WriteNumber("achieved_flops", m.AchievedFlops);
        json.WriteNumber("matmul_peak_flops", m.PeakFlops);
        json.WriteNumber("share_of_peak", m.ShareOfPeak);
        json.WriteNumber("reference_s", m.ReferenceSeconds);
        json.WriteNumber("loss", m.Loss);
        json.WriteNumber("quads_per_step", m.Quads);
        json.WriteNumber("packed_tokens", m.PackedTokens);
        json.WriteNumber("unpadded_tokens", m.UnpaddedTokens);
        json.WriteNumber("labels", m.Labels);
        json.WriteString("dtype", m.Dtype);
        json.WriteNumber("threads", m.Threads);
        json.WriteString("processor", m.Processor);
        json.WriteString("libtorch", m.LibtorchVersion);
        json.WriteString("kernels", m.Kernels);
        if (m.Profile is null || !withTable)
            return;
        json.WriteStartObject("profile_s");
        foreach (ProfileRow row in m.Profile.Table.ByOperation)
            json.WriteNumber(row.Name, row.Seconds);
        json.WriteEndObject();
    }

    private static void Write(TextWriter output, StepMeasurement m, bool withTable)
    {
        Line($"{m.QuadsPerSecond:0.0000} quads/s, {m.PackedTokensPerSecond:0.0} tokens/s ({m.UnpaddedTokensPerSecond:0.0} unshared)");
        Line($"median {m.MedianSeconds:0.000} s a step of {m.Quads}");
        Line($"peak memory {m.PeakMiB:0} MiB; the reference took {m.ReferenceSeconds:0.00} s, once");
        Line($"{m.FlopPerStep / 1e9:0.0} GFLOP a step, {m.AchievedFlops / 1e9:0.0} GFLOP/s");
        Line($"{m.ShareOfPeak:P1} of the {m.PeakFlops / 1e9:0.0} GFLOP/s of a large product");
        Line($"{m.Dtype}, {m.Threads} threads, {m.Processor}, libtorch {m.LibtorchVersion}");
        Line($"kernels: {m.Kernels}");
        if (withTable)
            m.Profile?.Table.Write(output);

        void Line(FormattableString text) => output.Write(text.ToString(CultureInfo.InvariantCulture) + "\n");
    }
}
