using TraceFast.Data.Json;
using TraceFast.Kernels;
using TraceFast.Models.Lora;
using TraceFast.Models;
using TraceFast.Tokenization;
using TraceFast.Training.Scoring;

namespace TraceFast.Cli.Commands;

/// <summary>Log-probabilities of given responses after given prompts.</summary>
internal static class LogProbsCommand
{
    /// <summary>Lines that are scored together; common prefixes are shared among these.</summary>
    private const int LinesAtOnce = 512;

    public static Command Create(CommandStreams streams, CancellationToken interrupt)
    {
        Option<string> model = new("--model") { Description = "folder of a Hugging Face model", Required = true };
        Option<string?> adapter = new("--adapter") { Description = "folder of a PEFT adapter" };
        Option<string> data = new("--data")
        {
            Description = "file of lines {\"prompt_ids\",\"response_ids\"} or {\"prompt\",\"response\"} (rendered text)",
            Required = true,
        };
        Option<string> dtype = new("--dtype") { Description = "compute dtype; auto is float32", DefaultValueFactory = _ => "auto" };
        dtype.AcceptOnlyFromAmong(DtypeChoice.Names);
        Option<int> budget = NumberOptions.Whole("--token-budget", "most tokens computed at once", 8192, least: 1, most: int.MaxValue);
        Option<int> cutoff = NumberOptions.Whole(
            "--cutoff-len", "most tokens of a prompt with its response; longer ones are an error", 32768, least: 1, most: int.MaxValue);
        Option<string> device = new("--device") { Description = "cpu, cuda or cuda:N", DefaultValueFactory = _ => "cpu" };
        Option<int> threads = NumberOptions.Threads();
        Option<bool> json = new("--json") { Description = "JSON lines, the only format; accepted so that scripts may name it" };
        Command command = new(
            "logprobs",
            "Writes {\"logp\",\"token_logps\"} (natural logarithms) for each line of the data, in order.\n"
                + "Example: tracefast logprobs --model models/demo --data models/demo/examples/pairs.jsonl --json")
        {
            model, adapter, data, dtype, budget, cutoff, device, threads, json,
        };
        command.SetAction(parsed => RankedCommand.Run(streams, (ranks, _) =>
        {
            torch.Device computing = DeviceChoice.Parse(parsed.GetValue(device)!);
            torch.set_num_threads(parsed.GetValue(threads) is > 0 and var count ? count : ranks.Processors);
            DecoderOptions options = new() { ComputeDtype = DtypeChoice.Parse(parsed.GetValue(dtype)!), Device = computing,
                Kernels = KernelSet.For(computing) };
            string folder = parsed.GetValue(model)!;
            using Decoder decoder = Decoder.Load(folder, options);
            using LoraAdapter? lora = parsed.GetValue(adapter) is { } path ? LoraAdapter.Load(path, decoder) : null;
            if (lora != null)
                decoder.Attach(lora);
            RequestReader reader = new(
                new Lazy<Tokenizer>(() => Tokenizer.Load(folder)), decoder.Config.VocabularySize, parsed.GetValue(cutoff));
            PromptResponseScorer scorer = new(decoder, parsed.GetValue(budget));
            // Each rank scores every W-th part of the data, in the parts that one process scores.
            foreach (JsonLine[][] parts in JsonLines.Read(parsed.GetValue(data)!).Chunk(LinesAtOnce).Chunk(ranks.Size))
            {
                interrupt.ThrowIfCancellationRequested();
                string own = ranks.Rank < parts.Length ? Scored(parts[ranks.Rank], reader, scorer, folder, options) : "";
                foreach (string text in ranks.Gather(own))
                    if (ranks.Writes)
                        streams.Output.Write(text);
                streams.Output.Flush();
            }
            return ExitCodes.Done;
        }));
        return command;
    }

    private static string Scored(
        JsonLine[] lines, RequestReader reader, PromptResponseScorer scorer, string folder, DecoderOptions options)
    {
        using StringWriter text = new();
        JsonOutput output = new(text);
        foreach ((JsonLine line, ResponseLogProb result) in lines.Zip(scorer.Score([.. lines.Select(reader.Read)])))
        {
            if (!double.IsFinite(result.Sum))
                throw line.Error(
                    $"the model gives it a log-probability of {(double.IsNaN(result.Sum) ? "NaN" : "minus infinity")}: "
                    + $"{folder} overflows in {options.ComputeDtype.ToString().ToLowerInvariant()}; check its weights, or try "
                    + "--dtype float64");
            output.Line(w =>
            {
                w.WriteNumber("logp", result.Sum);
                w.WriteNumbers("token_logps", result.Tokens);
            });
        }
        return text.ToString();
    }

    /// <summary>Turns a line into token ids: given ids are checked; text is tokenized, prompt and response separately.</summary>
    private sealed class RequestReader(Lazy<Tokenizer> tokenizer, int vocabularySize, int cutoffLen)
    {
        public PromptResponse Read(JsonLine line)
        {
            bool ids = line.Has("prompt_ids");
            PromptResponse request = ids
                ? new PromptResponse(line.TokenIds("prompt_ids"), line.TokenIds("response_ids"))
                : new PromptResponse(Encode(line, "prompt"), Encode(line, "response"));
            if (request.Prompt.Length == 0)
                throw line.Error(
                    $"'{(ids ? "prompt_ids" : "prompt")}' is empty; the first response token is predicted from the "
                        + "prompt's last, so give at least one token");
            if ((long)request.Prompt.Length + request.Response.Length > cutoffLen)
                throw line.Error(
                    $"{request.Prompt.Length} prompt and {request.Response.Length} response tokens, more than "
                        + $"--cutoff-len {cutoffLen}; raise it, or remove the line");
            foreach (int id in request.Prompt.Concat(request.Response))
                if (id >= vocabularySize)
                    throw line.Error(
                        $"token id {id}{(ids ? "" : $" ('{tokenizer.Value.IdToToken(id)}')")} is outside the model's "
                            + $"vocabulary of {vocabularySize}");
            return request;
        }

        private int[] Encode(JsonLine line, string key)
        {
            try
            {
                return tokenizer.Value.Encode(line.Text(key), atMost: cutoffLen);
            }
            catch (TextTooLongException e)
            {
                throw line.Error(
                    $"'{key}' has at least {e.AtLeast} tokens, more than --cutoff-len {cutoffLen}; raise it, or remove the line");
            }
        }
    }
}
