using System.Text.Json;
using TraceFast.Benchmarks.Decode;
using TraceFast.Inference.Generation;
using TraceFast.Inference.Sessions;

namespace TraceFast.Cli.Commands;

/// <summary>Times decoding.</summary>
internal static class BenchDecode
{
    public static Command Create(CommandStreams streams, CancellationToken interrupt)
    {
        Option<string> model = new("--model") { Description = "folder of a model, as for generate", Required = true };
        Option<string> precision = new("--precision") { Description = "of the export; auto is float32, or what an exported folder has",
            DefaultValueFactory = _ => "auto" };
        precision.AcceptOnlyFromAmong(PrecisionChoice.Names);
        Option<int[]> batches = NumberOptions.Wholes("--batch", "rows of a step, a measurement for each", [1, 8, 32], least: 1, most: 4096);
        Option<int> rounds = NumberOptions.Whole("--rounds", "requests of a measurement, as a multiple of its batch", 1, least: 1);
        Option<int> least = NumberOptions.Whole("--prompt-least", "shortest prompt; lengths are drawn evenly", 50, least: 1);
        Option<int> most = NumberOptions.Whole("--prompt-most", "longest prompt", 500, least: 1);
        Option<int> newTokens = NumberOptions.Whole("--new-tokens", "new tokens of each prompt", 128, least: 1);
        Option<string?> lengths = new("--lengths") { Description = "JSON list of [prompt, new] token counts in place of drawn ones" };
        Option<bool> compare = new("--static") { Description = "measure a static batch too, which is computed to its longest row" };
        Option<int> chunk = NumberOptions.Whole("--chunk", "most prompt tokens computed at once", 512, least: 1);
        Option<int> seed = NumberOptions.Whole("--seed", "of lengths and token ids", 0, least: 0);
        Option<string> device = new("--device") { Description = "cpu, cuda or cuda:N", DefaultValueFactory = _ => "cpu" };
        Option<int> threads = NumberOptions.Threads();
        Option<bool> json = new("--json") { Description = "write one JSON object for each measurement" };
        Command command = new(
            "decode",
            "Times greedy decoding of random tokens, as generate computes it.\n"
                + "Example: tracefast bench decode --model models/demo --batch 1 8 32 --json")
        {
            model, precision, batches, rounds, least, most, newTokens, lengths, compare, chunk, seed, device, threads, json,
        };
        command.SetAction(parsed =>
        {
            (int Least, int Most) range = (parsed.GetValue(least), parsed.GetValue(most));
            if (range.Least > range.Most)
                throw new InputException($"--prompt-least {range.Least} is above --prompt-most {range.Most}");
            SessionSettings session = SessionSettings.OnDevice(parsed.GetValue(device)!, parsed.GetValue(threads));
            DecodeBenchmarkOptions options = new()
            {
                ModelFolder = ExportCache.Resolve(
                    parsed.GetValue(model)!, null, PrecisionChoice.Parse(parsed.GetValue(precision)!), RunLogs.For(streams).Line,
                    interrupt: interrupt),
                Session = session,
                Batches = parsed.GetValue(batches)!,
                Rounds = parsed.GetValue(rounds),
                PromptLengths = range,
                NewTokens = parsed.GetValue(newTokens),
                LengthsFile = parsed.GetValue(lengths),
                Static = parsed.GetValue(compare),
                ChunkLength = parsed.GetValue(chunk),
                Seed = parsed.GetValue(seed),
            };
            JsonOutput output = new(streams.Output);
            foreach (DecodeMeasurement m in DecodeBenchmark.Run(options, interrupt))
            {
                if (parsed.GetValue(json))
                    output.Line(w => Write(w, m, session));
                else
                    streams.Text.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"batch {m.Batch,3} {m.Batching,-10} {m.NewTokensPerSecond,8:0.0} new tokens/s; steps "
                            + $"alone {m.DecodeTokensPerSecond,8:0.0}; prefill {m.PrefillTokensPerSecond,8:0.0} "
                            + $"tokens/s; {m.UsefulRows:P0} of step rows useful"));
                streams.Output.Flush();
            }
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Write(Utf8JsonWriter json, DecodeMeasurement m, SessionSettings session)
    {
        json.WriteNumber("batch", m.Batch);
        json.WriteString("batching", m.Batching.ToString().ToLowerInvariant());
        json.WriteNumber("requests", m.Requests);
        json.WriteNumber("new_tokens", m.Statistics.NewTokens);
        json.WriteNumber("prompt_tokens", m.Statistics.PromptTokens);
        json.WriteNumber("steps", m.Statistics.Steps);
        json.WriteNumber("seconds", m.Seconds);
        json.WriteNumber("processor_s", m.ProcessorSeconds);
        json.WriteNumber("new_tokens_per_s", m.NewTokensPerSecond);
        json.WriteNumber("decode_tokens_per_s", m.DecodeTokensPerSecond);
        json.WriteNumber("prefill_tokens_per_s", m.PrefillTokensPerSecond);
        json.WriteNumber("useful_rows", m.UsefulRows);
        json.WriteNumber("prefill_s", m.Statistics.PrefillTime.TotalSeconds);
        json.WriteNumber("step_s", m.Statistics.StepTime.TotalSeconds);
        json.WriteNumber("sampling_s", m.Statistics.SamplingTime.TotalSeconds);
        json.WriteNumber("threads", session.Threads ?? Environment.ProcessorCount);
        json.WriteString("device", session.Device.ToString().ToLowerInvariant());
    }
}
