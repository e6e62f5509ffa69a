using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using TraceFast.Data;
using TraceFast.Inference.Decoding;
using TraceFast.Inference.Export;
using TraceFast.Inference.Generation;
using TraceFast.Inference.Sampling;
using TraceFast.Inference.Sessions;
using TraceFast.Training.Metrics.Progress;

namespace TraceFast.Cli.Commands;

/// <summary>Decodes the prompts of a file.</summary>
internal static class GenerateCommand
{
    public static Command Create(CommandStreams streams, CancellationToken interrupt)
    {
        Option<string> model = new("--model") { Description = "folder of a model: exported as ONNX, Hugging Face, or a PEFT adapter that names its base; what is not exported is exported once, into a cache", Required = true };
        Option<string?> adapter = new("--adapter") { Description = "folder of a PEFT adapter, merged into the model" };
        Option<string> data = new("--data") { Description = "file of JSON lines with \"prompt\" (text as the model reads it), \"messages\" or \"prompt_ids\", and optionally \"id\" and \"seed\"", Required = true };
        Option<string> output = new("--out") { Description = "file to write; a run that was interrupted goes on in it", Required = true };
        Option<bool> overwrite = new("--overwrite") { Description = "begin the file anew" };
        Option<int> maxNewTokens = Counts.Option("--max-new-tokens", "most new tokens of a prompt", 512, least: 1);
        Option<int> batch = Counts.Option("--batch", "most prompts decoded at once", 32, least: 1, most: 4096);
        Option<string> precision = new("--precision") { Description = "of the export: float32, float16, bfloat16, int8 or int4; auto is float32, or what an exported folder has", DefaultValueFactory = _ => "auto" };
        precision.AcceptOnlyFromAmong(PrecisionChoice.Names);
        Option<double> temperature = new("--temperature") { Description = "0 takes the most probable token", DefaultValueFactory = _ => 0 };
        Option<int> topK = new("--top-k") { Description = "most probable tokens that stay; 0: all", DefaultValueFactory = _ => 0 };
        Option<double> topP = new("--top-p") { Description = "probability that the tokens that stay have together", DefaultValueFactory = _ => 1 };
        Option<double> minP = new("--min-p") { Description = "least probability, as a share of the most probable token's", DefaultValueFactory = _ => 0 };
        Option<double> penalty = new("--repetition-penalty") { Description = "1: none", DefaultValueFactory = _ => 1 };
        Option<int> seed = Counts.Option("--seed", "of the draws; with it a line's text does not depend on the lines beside it", 0, least: 0);
        Option<string[]> stop = new("--stop") { Description = "a text that ends an answer, left out of it; may be given several times" };
        Option<bool> ignoreEos = new("--ignore-eos") { Description = "go on after the tokens that end an answer" };
        Option<bool> addSpecial = new("--add-special") { Description = "put around a \"prompt\" what the tokenizer adds (for example <s>)" };
        Option<string?> template = new("--template") { Description = "a LLaMA-Factory template name for \"messages\", instead of the model's own" };
        Option<int> chunk = Counts.Option("--chunk", "most prompt tokens computed at once", 512, least: 1);
        Option<string> device = new("--device") { Description = "cpu, cuda or cuda:N", DefaultValueFactory = _ => "cpu" };
        Option<int> threads = Counts.Option("--threads", "threads; 0: one per processor", 0, least: 0);
        Option<bool> json = new("--json") { Description = "write one JSON object about the run" };
        Command command = new("generate", "Decodes prompts in batches and writes {\"id\",\"text\",\"ids\",\"finish_reason\"} for each, in the order in which they end.\nExample: tracefast generate --model models/demo --data prompts.jsonl --out answers.jsonl --max-new-tokens 256")
        {
            model, adapter, data, output, overwrite, maxNewTokens, batch, precision, temperature, topK, topP, minP, penalty, seed, stop, ignoreEos, addSpecial, template, chunk, device, threads, json,
        };
        command.SetAction(parsed =>
        {
            IRunLog log = RunLogs.For(streams);
            GenerationSettings settings = new()
            {
                MaxNewTokens = parsed.GetValue(maxNewTokens),
                StopStrings = parsed.GetValue(stop) ?? [],
                IgnoreStopIds = parsed.GetValue(ignoreEos),
                AddSpecialTokens = parsed.GetValue(addSpecial),
                Sampling = new SamplingOptions
                {
                    Temperature = parsed.GetValue(temperature),
                    TopK = parsed.GetValue(topK),
                    TopP = parsed.GetValue(topP),
                    MinP = parsed.GetValue(minP),
                    RepetitionPenalty = parsed.GetValue(penalty),
                    Seed = (ulong)parsed.GetValue(seed),
                },
            };
            settings.Sampling.Validate();
            if (settings.StopStrings.Contains(""))
                throw new InputException("--stop: found an empty text, expected at least one character");
            string dataFile = parsed.GetValue(data)!, outputFile = parsed.GetValue(output)!;
            if (!File.Exists(dataFile))
                throw new InputException($"{dataFile}: no such file; expected JSON lines with 'prompt', 'messages' or 'prompt_ids'");
            SessionSettings session = SessionChoice.Parse(parsed.GetValue(device)!, parsed.GetValue(threads));
            DecodeOptions options = new() { Batch = parsed.GetValue(batch), ChunkLength = parsed.GetValue(chunk), Threads = session.Threads ?? Environment.ProcessorCount };
            string folder = ExportCache.Resolve(parsed.GetValue(model)!, parsed.GetValue(adapter), PrecisionChoice.Parse(parsed.GetValue(precision)!), log.Line);
            using TextModel opened = TextModel.Open(folder, session, parsed.GetValue(template));
            RunRecord record = RunRecord.Of(folder, dataFile, settings, parsed.GetValue(template));
            GenerateOutcome outcome = GenerateRun.Run(opened, dataFile, outputFile, settings, options, record, parsed.GetValue(overwrite), log, interrupt);
            if (parsed.GetValue(json))
                new JsonOutput(streams.Output).Line(w => Write(w, outcome));
            else
                log.Line(string.Create(CultureInfo.InvariantCulture, $"{outcome.Rows} rows in {outputFile}; {outcome.Statistics.NewTokens} new tokens, {outcome.TokensPerSecond:0.0} tokens/s"));
            return ExitCodes.Done;
        });
        return command;
    }

    private static void Write(Utf8JsonWriter json, GenerateOutcome outcome)
    {
        DecodeStatistics s = outcome.Statistics;
        json.WriteNumber("rows", outcome.Rows);
        json.WriteNumber("resumed", outcome.Resumed);
        json.WriteNumber("new_tokens", s.NewTokens);
        json.WriteNumber("prompt_tokens", s.PromptTokens);
        json.WriteNumber("shared_prompt_tokens", s.SharedTokens);
        json.WriteNumber("steps", s.Steps);
        json.WriteNumber("seconds", outcome.Elapsed.TotalSeconds);
        json.WriteNumber("tokens_per_s", outcome.TokensPerSecond);
        json.WriteNumber("prefill_s", s.PrefillTime.TotalSeconds);
        json.WriteNumber("step_s", s.StepTime.TotalSeconds);
        json.WriteNumber("sampling_s", s.SamplingTime.TotalSeconds);
    }
}
