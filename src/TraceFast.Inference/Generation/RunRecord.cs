using System.Text.Json;
using TraceFast.Data.Files;
using TraceFast.Data.Json;
using TraceFast.Inference.Sampling;
using TraceFast.Inference.Sessions;
using TraceFast.Models.Files;
using TraceFast.Tokenization.Chat;

namespace TraceFast.Inference.Generation;

/// <summary>
/// What determines the rows of an output file, kept next to it as FILE.run.json, so that a run is only continued with the model, data and
/// settings that it began with.
/// </summary>
public sealed class RunRecord
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    private readonly SortedDictionary<string, string> _fields;

    private RunRecord(SortedDictionary<string, string> fields) => _fields = fields;

    /// <param name="chat">Of conversations; null: those of a format that nothing was said about.</param>
    public static RunRecord Of(
        string modelFolder, string data, GenerationSettings settings, string? template, ChatSettings? chat = null)
    {
        SortedDictionary<string, string> fields = new(StringComparer.Ordinal)
        {
            ["data"] = FileHash.Sha256(data),
            ["max_new_tokens"] = settings.MaxNewTokens.ToString(CultureInfo.InvariantCulture),
            ["temperature"] = Text(settings.Sampling.Temperature),
            ["top_k"] = Text(settings.Sampling.TopK),
            ["top_p"] = Text(settings.Sampling.TopP),
            ["min_p"] = Text(settings.Sampling.MinP),
            ["repetition_penalty"] = Text(settings.Sampling.RepetitionPenalty),
            ["seed"] = settings.Sampling.Seed.ToString(CultureInfo.InvariantCulture),
            ["stop"] = JsonSerializer.Serialize(settings.StopStrings),
            ["ignore_eos"] = settings.IgnoreStopIds ? "true" : "false",
            ["add_special"] = settings.AddSpecialTokens ? "true" : "false",
            ["template"] = template ?? "",
        };
        if (chat is not null)
            fields["chat"] = $"{chat}";
        foreach ((string key, string value) in Bans(settings.Sampling))
            fields[key] = value;
        foreach (string file in (string[])[
            .. ExportedModel.Files(modelFolder), "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "chat_template.jinja",
            "genai_config.json"])
            if (File.Exists(Path.Combine(modelFolder, file)))
                fields[$"model/{file}"] = FileHash.Sha256(Path.Combine(modelFolder, file));
        return new RunRecord(fields);
    }

    /// <summary>What rules tokens out, where something does.</summary>
    private static IEnumerable<(string Key, string Value)> Bans(SamplingOptions options) =>
        new (string Key, object Value, bool Asked)[]
        {
            ("no_repeat_ngram_size", options.NoRepeatNgramSize, options.NoRepeatNgramSize > 0),
            ("min_new_tokens", options.MinNewTokens, options.MinNewTokens > 0),
            ("min_length", options.MinLength, options.MinLength > 0),
            ("suppress_tokens", options.SuppressTokens, options.SuppressTokens.Count > 0),
            ("begin_suppress_tokens", options.BeginSuppressTokens, options.BeginSuppressTokens.Count > 0),
            ("bad_words_ids", options.BadWords, options.BadWords.Count > 0),
        }.Where(b => b.Asked).Select(b => (b.Key, JsonSerializer.Serialize(b.Value)));

    /// <summary>SHA-256 (hexadecimal) of all of it and of the build that decodes: equal for runs that give the same rows.</summary>
    public string Key =>
        HashBuilder.HexOf($"{typeof(RunRecord).Module.ModuleVersionId}\n{JsonSerializer.Serialize(_fields)}");

    /// <summary>Whether a run wrote an output file, whichever run it was.</summary>
    public static bool IsBeside(string output) => File.Exists(PathFor(output));

    public static string PathFor(string output) => output + ".run.json";

    public void Write(string output) => AtomicFile.Write(PathFor(output), JsonSerializer.SerializeToUtf8Bytes(_fields, s_indented));

    /// <summary>Compares with the record of an output file.</summary>
    /// <exception cref="InputException">There is none, or it differs.</exception>
    public void RequireSame(string output)
    {
        string path = PathFor(output);
        if (!File.Exists(path))
            throw new InputException(
                $"{output}: the file exists, but not {path}, which says how it was made; name another file, or use --overwrite");
        Dictionary<string, string>? other;
        try
        {
            other = JsonSerializer.Deserialize<Dictionary<string, string>>(InputFile.ReadAllBytes(path));
        }
        catch (JsonException e)
        {
            throw new InputException(
                $"{path}:{e.LineNumber + 1}: not valid JSON ({JsonErrors.Describe(e)}); replace the output with --overwrite", e);
        }
        string? differs = _fields.Keys.Union(other?.Keys.ToArray() ?? []).Order(StringComparer.Ordinal)
            .FirstOrDefault(key => _fields.GetValueOrDefault(key) != other?.GetValueOrDefault(key));
        if (differs is not null)
            throw new InputException(
                $"{output}: was started with "
                    + $"another {differs} (found {other?.GetValueOrDefault(differs) ?? "none"}, "
                    + $"now {_fields.GetValueOrDefault(differs) ?? "none"}); name another file, or replace it with --overwrite");
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
