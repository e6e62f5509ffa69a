using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TraceFast.Evaluation;
using TraceFast.Inference.Generation;
using TraceFast.Data.Progress;
using TraceFast.Models.Files;
using TraceFast.Training.Distributed;

namespace TraceFast.Cli;

/// <summary>A model's responses to a benchmark's prompts.</summary>
/// <param name="Path">The file, as generate writes it.</param>
/// <param name="Facts">What was decoded and how, for the report.</param>
internal sealed record DecodedResponses(string Path, IReadOnlyList<(string What, string Value)> Facts);

/// <summary>
/// Decodes a benchmark's prompts into a file that <c>eval --responses FILE --data ...</c> scores as well; an interrupted run is
/// resumed in it.
/// </summary>
internal static class EvalDecoding
{
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="responses">
    /// The file, with FILE.prompts.jsonl and FILE.run.json next to it; null: one in the cache, under the hash of model, prompts and
    /// settings, so that the same call resumes it, or has nothing left to decode.
    /// </param>
    /// <exception cref="InputException">The prompts or the model are invalid, or the file was started with other
    /// prompts or settings.</exception>
    /// <param name="ranks">They share the prompts; only rank 0 has all responses.</param>
    public static DecodedResponses Run(
        IBench bench, ModelChoice choice, string? responses, Communicator ranks, IRunLog log, CancellationToken interrupt)
    {
        byte[] prompts = Lines(bench.Prompts().Select(p => new { id = p.Id, messages = Chat(p.Messages) }));
        string exported = choice.Exported(ranks, log.Line, interrupt);
        using TextModel model = choice.Open(exported);
        GenerationDefaults.LogIgnored(model.GenerationConfig, choice.Settings, "evaluation decodes as its options say", log.Line);
        RunRecord? record = null;
        string output = "", data = "";
        if (ranks.Writes)
            (output, data, record) = responses is null
                ? InCache(exported, choice, prompts, log.Line) : Beside(responses, exported, choice, prompts);
        (output, data) = (ranks.OfRank0(() => output), ranks.OfRank0(() => data));
        log.Line($"responses: {output}");
        GenerateOutcome outcome = GenerateRun.Run(
            model, data, output, choice.Settings, choice.Options, record, choice.Overwrite, log, interrupt, ranks);
        if (!ranks.Writes)
            return new DecodedResponses(output, []);
        int cut = JsonLines.Read(output).Count(r => r.TextOrNull("finish_reason") == "length");
        return new DecodedResponses(output,
        [
            ("model", choice.Adapter is null ? choice.Model : $"{choice.Model} with {choice.Adapter}"),
            ("decoding",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Sampling(choice.Settings)}, at most {choice.Settings.MaxNewTokens} new "
                        + $"tokens, {choice.Precision?.ToString().ToLowerInvariant() ?? "auto"} precision, on {choice.Device}")),
            ("responses that did not end by themselves", string.Create(CultureInfo.InvariantCulture, $"{cut} of {outcome.Rows}")),
        ]);
    }

    /// <summary>Prompts as generate reads them, one a line.</summary>
    public static byte[] Lines<T>(IEnumerable<T> prompts) =>
        Encoding.UTF8.GetBytes(string.Concat(prompts.Select(p => JsonSerializer.Serialize(p, s_json) + "\n")));

    /// <summary>The "messages" of such a line.</summary>
    public static IEnumerable<object> Chat(IEnumerable<Message> messages) =>
        messages.Select(m => new { role = m.Role.ToString().ToLowerInvariant(), content = m.Content });

    /// <summary>Checks the file of responses and the files next to it.</summary>
    /// <param name="option">That names it.</param>
    /// <exception cref="InputException">One of them may not be written.</exception>
    public static void Check(OutputCheck outputs, string option, string responses)
    {
        Inference.Generation.ResponseFile.Check(outputs, option, responses);
        outputs.File($"{option}, next to it", PromptsPath(responses), isOwn: true);
    }

    /// <summary>The prompts of a file of responses.</summary>
    public static string PromptsPath(string responses) => responses + ".prompts.jsonl";

    /// <summary>Writes the prompts next to the file of responses.</summary>
    /// <param name="prompts">Lines as generate reads them.</param>
    /// <exception cref="InputException">The file was started with other prompts.</exception>
    public static (string Output, string Data, RunRecord Record) Beside(
        string responses, string exported, ModelChoice choice, byte[] prompts)
    {
        string data = PromptsPath(responses);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(data))!);
        // The prompts of a running process are the same; others would be rejected only after they were overwritten.
        if (!choice.Overwrite && File.Exists(data) && !File.ReadAllBytes(data).AsSpan().SequenceEqual(prompts))
            throw new InputException(
                $"{data}: holds other prompts than these, so {responses} was started with another benchmark or --data; "
                    + "name another file, or replace it with --overwrite");
        AtomicFile.Write(data, prompts);
        return (responses, data, RunRecord.Of(exported, data, choice.Settings, choice.Template, choice.Chat));
    }

    /// <summary>The file of a cache folder that holds what the record's model answers on the choice's device.</summary>
    public static string PathIn(string folder, RunRecord record, ModelChoice choice) =>
        Path.Combine(folder, $"{record.Key}-{choice.Device.Replace(':', '-')}.jsonl");

    private static (string Output, string Data,
        RunRecord Record) InCache(string exported, ModelChoice choice, byte[] prompts, Action<string> log)
    {
        string folder = CacheFolder.Writable("responses", log);
        string temporary = TemporaryPath.PathFor(Path.Combine(folder, "prompts.jsonl"));
        TemporaryPath.RemoveOrphansIn(folder, alone: false);
        AtomicFile.Write(temporary, prompts);
        RunRecord record = RunRecord.Of(exported, temporary, choice.Settings, choice.Template);
        string output = PathIn(folder, record, choice), data = PromptsPath(output);
        File.Move(temporary, data, overwrite: true);
        return (output, data, record);
    }

    /// <summary>How tokens are taken, in words.</summary>
    public static string Sampling(GenerationSettings settings) => settings.Sampling.IsGreedy ? "greedy"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"temperature {settings.Sampling.Temperature}, top-k {settings.Sampling.TopK}, top-p {settings.Sampling.TopP}, "
                + $"min-p {settings.Sampling.MinP}, seed {settings.Sampling.Seed}");
}
