using System.Globalization;
using System.Text.Json;
using TraceFast.Inference.Sampling;
using TraceFast.Models.Config;

namespace TraceFast.Inference.Generation;

/// <summary>
/// What a model's generation_config.json changes: it stands between what the user names and this program's defaults. The tokens that end a
/// text (eos_token_id) are the exported model's own and hold in any case.
/// </summary>
public static class GenerationDefaults
{
    /// <summary>transformers' top_k where a file says do_sample and names none.</summary>
    private const int SampledTopK = 50;

    /// <summary>
    /// The settings with what the model's file says of those that the user did not name, as transformers' generate has it.
    /// </summary>
    /// <param name="config">The model's; null: it has none.</param>
    /// <param name="settings">As the user asks.</param>
    /// <param name="log">Gets one line about what was taken and what is left out, where there is anything.</param>
    public static GenerationSettings Apply(GenerationConfig? config, GenerationSettings settings, Action<string> log)
    {
        if (config is null)
            return settings;
        (GenerationSettings merged, List<string> taken) = Merge(config, settings);
        Log(config, [.. taken, .. EndTokens(config, settings)], LeftOut(config), "no counterpart here", log);
        return merged;
    }

    /// <summary>For decoding that is the same whatever the file says: one line that names what the file asks for in vain.</summary>
    /// <param name="config">The model's; null: it has none.</param>
    /// <param name="settings">How it decodes.</param>
    /// <param name="reason">Why the file's settings are left out.</param>
    /// <param name="log">Gets the line, where there is anything to say.</param>
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
