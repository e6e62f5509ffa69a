using System.Text.Json;
using TraceFast.Inference.Sampling;
using TraceFast.Models.Config;

namespace TraceFast.Inference.Generation;

/// <summary>Settings that a user can name, and which then override generation_config.json.</summary>
[Flags]
public enum NamedSettings
{
    None = 0,
    MaxNewTokens = 1,
    StopStrings = 2,
    Temperature = 4,
    TopK = 8,
    TopP = 16,
    MinP = 32,
    RepetitionPenalty = 64,
}

/// <summary>The settings of all lines of a run.</summary>
public sealed record GenerationSettings
{
    public int MaxNewTokens { get; init; } = 512;

    public SamplingOptions Sampling { get; init; } = new();

    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Those of the above that the user named.</summary>
    public NamedSettings Named { get; init; }

    /// <summary>Continues after the tokens that end a text, to the maximum of new tokens.</summary>
    public bool IgnoreStopIds { get; init; }

    /// <summary>Adds to a "prompt" what the tokenizer's post-processor adds (for example a beginning-of-text token).</summary>
    public bool AddSpecialTokens { get; init; }
}

/// <summary>
/// What a model's generation_config.json changes: it comes after the user's settings and before this program's defaults. The tokens that
/// end a text (eos_token_id) are the exported model's own and hold in any case.
/// </summary>
public static class GenerationDefaults
{
    /// <summary>transformers' top_k where a file says do_sample and names none.</summary>
    private const int SampledTopK = 50;

    /// <summary>
    /// The settings with what the model's file says of those that the user did not name, as transformers' generate has it.
    /// </summary>
    /// <param name="config">The model's; null: it has none.</param>
    public static GenerationSettings Apply(GenerationConfig? config, GenerationSettings settings, Action<string> log)
    {
        if (config is null)
            return settings;
        (GenerationSettings merged, List<string> taken) = Merge(config, settings);
        Log(config, [.. taken, .. EndTokens(config, settings)], LeftOut(config), "no counterpart here", log);
        return merged;
    }

    /// <summary>For decoding that is the same whatever the file says: one line that names the file's ignored settings.</summary>
    /// <param name="config">The model's; null: it has none.</param>
    public static void LogIgnored(GenerationConfig? config, GenerationSettings settings, string reason, Action<string> log)
    {
        if (config is not null && Merge(config, settings).Taken.Concat(LeftOut(config)).ToArray() is { Length: > 0 } left)
            Log(config, EndTokens(config, settings), left, reason, log);
    }

    private static (GenerationSettings Settings, List<string> Taken) Merge(GenerationConfig config, GenerationSettings settings)
    {
        List<string> taken = [];
        SamplingOptions own = settings.Sampling;
        double temperature = Stated(
            NamedSettings.Temperature, config.Samples ? config.Temperature ?? 1 : null, own.Temperature, "do_sample true, temperature");
        bool draws = temperature != 0;
        GenerationSettings merged = settings with
        {
            MaxNewTokens = Stated(NamedSettings.MaxNewTokens, config.MaxNewTokens, settings.MaxNewTokens, "max_new_tokens"),
            StopStrings = settings.Named.HasFlag(NamedSettings.StopStrings)
                ? settings.StopStrings : Listed(config.StopStrings, settings.StopStrings, "stop_strings"),
            Sampling = own with
            {
                Temperature = temperature,
                TopK = draws
                    ? Stated(NamedSettings.TopK, config.TopK ?? (config.Samples ? SampledTopK : null), own.TopK, "top_k") : own.TopK,
                TopP = draws ? Stated(NamedSettings.TopP, config.TopP, own.TopP, "top_p") : own.TopP,
                MinP = draws ? Stated(NamedSettings.MinP, config.MinP, own.MinP, "min_p") : own.MinP,
                RepetitionPenalty = Stated(
                    NamedSettings.RepetitionPenalty, config.RepetitionPenalty, own.RepetitionPenalty, "repetition_penalty"),
                NoRepeatNgramSize = Stated(NamedSettings.None, config.NoRepeatNgramSize, own.NoRepeatNgramSize, "no_repeat_ngram_size"),
                MinNewTokens = Stated(NamedSettings.None, config.MinNewTokens, own.MinNewTokens, "min_new_tokens"),
                MinLength = Stated(NamedSettings.None, config.MinLength, own.MinLength, "min_length"),
                SuppressTokens = Listed(config.SuppressTokens, own.SuppressTokens, "suppress_tokens"),
                BeginSuppressTokens = Listed(config.BeginSuppressTokens, own.BeginSuppressTokens, "begin_suppress_tokens"),
                BadWords = Listed(config.BadWords, own.BadWords, "bad_words_ids"),
            },
        };
        return (merged, taken);

        T Stated<T>(NamedSettings setting, T? stated, T otherwise, string key)
            where T : struct
        {
            bool named = setting != NamedSettings.None && settings.Named.HasFlag(setting);
            if (named || stated is not { } value || value.Equals(otherwise))
                return otherwise;
            taken.Add($"{key} {JsonSerializer.Serialize(value)}");
            return value;
        }

        IReadOnlyList<T> Listed<T>(IReadOnlyList<T> stated, IReadOnlyList<T> otherwise, string key)
        {
            if (stated.Count == 0)
                return otherwise;
            taken.Add($"{key} {Shortened(JsonSerializer.Serialize(stated))}");
            return stated;
        }
    }

    private static string[] EndTokens(GenerationConfig config, GenerationSettings settings) =>
        config.EndTokens.Count == 0 || settings.IgnoreStopIds ? [] : [$"eos_token_id {JsonSerializer.Serialize(config.EndTokens)}"];

    private static string[] LeftOut(GenerationConfig config) => [.. config.LeftOut.Select(k => $"{k.Key} {k.Value}")];

    private static void Log(
        GenerationConfig config, IReadOnlyCollection<string> taken, IReadOnlyCollection<string> leftOut, string reason, Action<string> log)
    {
        string[] parts =
        [
            .. taken.Count == 0 ? Array.Empty<string>() : [$"takes {string.Join(", ", taken)}"],
            .. leftOut.Count == 0 ? Array.Empty<string>() : [$"leaves out {string.Join(", ", leftOut)} ({reason})"],
        ];
        if (parts.Length > 0)
            log($"decoding by {config.Source}: {string.Join("; ", parts)}");
    }

    private static string Shortened(string json) =>
        json.Length <= 80 ? json : string.Create(CultureInfo.InvariantCulture, $"{json.AsSpan(0, 80)}... ({json.Length} characters)");
}
