using System.Text.Json;
using TraceFast.Data.Json;
using TraceFast.Models.Files;

namespace TraceFast.Models.Config;

/// <summary>
/// generation_config.json: how the model's makers decode with it. What is null is not stated there. Keys that this program has no
/// counterpart for are listed in <see cref="LeftOut"/> where they ask for something.
/// </summary>
public sealed record GenerationConfig
{
    public const string FileName = "generation_config.json";

    /// <summary>Keys that concern neither which token is chosen nor when a text ends.</summary>
    private static readonly string[] s_inert =
        [
            "_commit_hash", "_from_model_config", "assistant_confidence_threshold", "assistant_early_exit", "assistant_lookbehind",
            "bos_token_id", "cache_config",
            "cache_implementation", "chat_format", "compile_config", "decoder_start_token_id", "disable_compile", "early_stopping",
            "is_assistant", "length_penalty", "low_memory",
            "max_matching_ngram_size", "num_assistant_tokens", "num_assistant_tokens_schedule", "output_attentions", "output_hidden_states",
            "output_logits", "output_scores",
            "pad_token_id", "prefill_chunk_size", "remove_invalid_values", "renormalize_logits", "return_dict_in_generate",
            "return_legacy_cache", "target_lookbehind",
            "transformers_version", "trust_remote_code", "use_cache",
        ];

    private static readonly string[] s_applied =
        [
            "bad_words_ids", "begin_suppress_tokens", "do_sample", "eos_token_id", "max_new_tokens", "min_length", "min_new_tokens",
            "min_p", "no_repeat_ngram_size",
            "repetition_penalty", "stop_strings", "suppress_tokens", "temperature", "top_k", "top_p",
        ];

    /// <summary>Numbers of keys without a counterpart that ask for nothing.</summary>
    private static readonly Dictionary<string, double> s_neutral = new(StringComparer.Ordinal)
    {
        ["diversity_penalty"] = 0, ["encoder_no_repeat_ngram_size"] = 0, ["encoder_repetition_penalty"] = 1, ["epsilon_cutoff"] = 0,
        ["eta_cutoff"] = 0,
        ["guidance_scale"] = 1, ["num_beam_groups"] = 1, ["num_beams"] = 1, ["num_return_sequences"] = 1, ["penalty_alpha"] = 0,
        ["typical_p"] = 1,
    };

    /// <summary>The file, as messages name it.</summary>
    public required string Source { get; init; }

    /// <summary>do_sample: draws instead of taking the most probable token.</summary>
    public bool Samples { get; init; }

    public double? Temperature { get; init; }

    public int? TopK { get; init; }

    public double? TopP { get; init; }

    public double? MinP { get; init; }

    public double? RepetitionPenalty { get; init; }

    public int? MaxNewTokens { get; init; }

    /// <summary>New tokens before which none that ends a text is chosen.</summary>
    public int MinNewTokens { get; init; }

    /// <summary>The same, the prompt's tokens counted.</summary>
    public int MinLength { get; init; }

    /// <summary>n: no n tokens come a second time; 0: they may.</summary>
    public int NoRepeatNgramSize { get; init; }

    /// <summary>Ids that are never chosen.</summary>
    public IReadOnlyList<int> SuppressTokens { get; init; } = [];

    /// <summary>Ids that are not chosen first.</summary>
    public IReadOnlyList<int> BeginSuppressTokens { get; init; } = [];

    /// <summary>Runs of ids that are never chosen whole.</summary>
    public IReadOnlyList<IReadOnlyList<int>> BadWords { get; init; } = [];

    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>eos_token_id; none where the file does not name it.</summary>
    public IReadOnlyList<int> EndTokens { get; init; } = [];

    /// <summary>Keys that ask for something that this program does not do, with their values as written there.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> LeftOut { get; init; } = [];

    /// <summary>
    /// Reads the file of a model folder; in one exported by another program, which has none, "search" of genai_config.json, whose keys are
    /// the same. Null where neither is there.
    /// </summary>
    /// <param name="folder">Of the model.</param>
    /// <param name="vocabulary">Tokens that the model has.</param>
    /// <exception cref="ModelFileException">No such JSON, a value out of range, or an id that the vocabulary does not have.</exception>
    public static GenerationConfig? Read(string folder, int vocabulary)
    {
        string file = Path.Combine(folder, FileName), exported = Path.Combine(folder, "genai_config.json");
        if (File.Exists(file))
            return Read(JsonConfig.ReadFile(file), FileName, vocabulary, s_inert);
        return File.Exists(exported) && JsonConfig.ReadFile(exported).Object("search") is { } search
            ? Read(search, "genai_config.json", vocabulary, [.. s_inert, "max_length", "past_present_share_buffer"])
            : null;
    }

    private static GenerationConfig Read(JsonConfig json, string source, int vocabulary, string[] inert) =>
        new()
        {
            Source = source,
            Samples = json.Flag("do_sample", false),
            Temperature = Share(json, "temperature", float.MaxValue),
            TopK = json.OptionalInteger("top_k", min: 0),
            TopP = json.OptionalPositive("top_p") is { } p
                ? p <= 1 ? p : throw json.ErrorAt("top_p", "a number above 0 and at most 1") : null,
            MinP = Share(json, "min_p", 1),
            RepetitionPenalty = json.OptionalPositive("repetition_penalty"),
            MaxNewTokens = json.OptionalInteger("max_new_tokens"),
            MinNewTokens = json.Integer("min_new_tokens", 0, min: 0),
            MinLength = json.Integer("min_length", 0, min: 0),
            NoRepeatNgramSize = json.Integer("no_repeat_ngram_size", 0, min: 0),
            SuppressTokens = json.TokenIds("suppress_tokens", vocabulary),
            BeginSuppressTokens = json.TokenIds("begin_suppress_tokens", vocabulary),
            BadWords = json.TokenIdLists("bad_words_ids", vocabulary),
            StopStrings = Texts(json, "stop_strings"),
            EndTokens = json.TokenIds("eos_token_id", vocabulary),
            LeftOut = [
                .. json.Keys.Except(s_applied).Except(inert).Where(key => Asks(json, key))
                    .Select(key => KeyValuePair.Create(key, Shortened(json.Element.GetProperty(key).GetRawText())))],
        };

    private static double? Share(JsonConfig json, string key, double most) => !json.Has(key) ? null
        : json.Number(key) is >= 0 and double value && value <= most ? value
        : throw json.ErrorAt(key, most == 1 ? "a number from 0 to 1" : "a number from 0");

    private static IReadOnlyList<string> Texts(JsonConfig json, string key)
    {
        if (!json.Has(key))
            return [];
        IReadOnlyList<string> texts = json.Element.GetProperty(key).ValueKind == JsonValueKind.String ? [json.Text(key)] : json.Texts(key)!;
        return texts.Contains("") ? throw json.ErrorAt(key, "texts of at least one character") : texts;
    }

    private static bool Asks(JsonConfig json, string key)
    {
        JsonElement value = json.Element.GetProperty(key);
        return value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.False => false,
            JsonValueKind.Array => value.GetArrayLength() > 0,
            JsonValueKind.Object => value.EnumerateObject().Any(),
            JsonValueKind.Number =>
                !s_neutral.TryGetValue(key, out double neutral) || !value.TryGetDouble(out double number) || number != neutral,
            _ => true,
        };
    }

    private static string Shortened(string text) =>
        text.Length <= 60 ? text.ReplaceLineEndings(" ") : text[..60].ReplaceLineEndings(" ") + "...";
}
