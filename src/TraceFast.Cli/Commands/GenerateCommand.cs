using System.Text.Json;
using TraceFast.Inference.Decoding;
using TraceFast.Inference.Generation;
using TraceFast.Data.Progress;

namespace TraceFast.Cli.Commands;

/// <summary>Decodes the prompts of a file.</summary>
internal static class GenerateCommand
{
    public static Command Create(CommandStreams streams, CancellationToken interrupt)
    {
        GenerationOptions generation = new(modelRequired: true, maxNewTokens: 512);
        Option<string> data = new("--data")
        {
            Description = "file of JSON lines with \"prompt\" (text as the model reads it), \"messages\" or \"prompt_ids\", and "
                + "optionally \"id\" and \"seed\" (with \"messages\" also \"tools\", \"documents\", \"chat_template_kwargs\")",
            Required = true,
        };
        Option<string> output = new("--out") { Description = "file to write; an interrupted run is resumed in it", Required = true };
        Option<bool> ignoreEos = new("--ignore-eos") { Description = "continue after the tokens that end an answer" };
        Option<bool> addSpecial = new("--add-special")
        {
            Description = "add the tokenizer's special tokens to a \"prompt\" (for example <s>)",
        };
        Option<bool> json = new("--json") { Description = "write one JSON object about the run" };
        Command command = new(
            "generate",
            "Decodes prompts in batches and writes {\"id\",\"text\",\"ids\",\"finish_reason\"} for each, in the order in which "
                + "they finish. Settings without an option come from the model's generation_config.json.\n"
                + "Example: tracefast generate --model models/demo --data "
                + "models/demo/examples/prompts.jsonl --out artifacts/answers.jsonl --max-new-tokens 256")
        {
            data, output, ignoreEos, addSpecial, json,
        };
        generation.AddTo(command);
        command.SetAction(parsed => RankedCommand.Run(streams, (ranks, log) =>
        {
            ModelChoice choice = generation.Read(parsed, ranks.Processors)!; // the option is required
            GenerationSettings settings = choice.Settings with { IgnoreStopIds = parsed.GetValue(ignoreEos),
                AddSpecialTokens = parsed.GetValue(addSpecial) };
            string dataFile = parsed.GetValue(data)!, outputFile = parsed.GetValue(output)!;
            if (!File.Exists(dataFile))
                throw new InputException($"{dataFile}: no such file; expected JSON lines with 'prompt', 'messages' or 'prompt_ids'");
            InputFile.RequireRegular(dataFile);
            OutputCheck outputs = choice.Inputs().Reads("--data", dataFile);
            ResponseFile.Check(outputs, "--out", outputFile);
            string folder = choice.Exported(ranks, log.Line, interrupt);
            using TextModel opened = choice.Open(folder);
            settings = GenerationDefaults.Apply(opened.GenerationConfig, settings, log.Line);
            RunRecord? record = ranks.Writes ? RunRecord.Of(folder, dataFile, settings, choice.Template) : null;
            GenerateOutcome outcome = GenerateRun.Run(
                opened, dataFile, outputFile, settings, choice.Options, record, choice.Overwrite, log, interrupt, ranks);
            if (!ranks.Writes)
                return ExitCodes.Done;
            if (parsed.GetValue(json))
                new JsonOutput(streams.Output).Line(w => Write(w, outcome));
            else
                log.Line(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{outcome.Rows} rows in {outputFile}; {outcome.Statistics.NewTokens} new tokens, {outcome.TokensPerSecond:0.0} "
                            + $"tokens/s"));
            return ExitCodes.Done;
        }));
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
