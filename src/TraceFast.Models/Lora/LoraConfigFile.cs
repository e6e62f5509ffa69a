using System.Text.Json;
using TraceFast.Data.Json;
using TraceFast.Models.Files;

namespace TraceFast.Models.Lora;

/// <summary>
/// PEFT's adapter_config.json, in and out. A key that would change the arithmetic in a way that this program does not have is an
/// error that names it; so is an unknown key that is set.
/// </summary>
public static class LoraConfigFile
{
    public const string Name = "adapter_config.json";

    private const int LargestRank = 1 << 16;

    /// <summary>Keys that say nothing about the arithmetic by themselves.</summary>
    private static readonly string[] s_inert =
        ["auto_mapping", "eva_config", "inference_mode", "megatron_core", "peft_version", "qalora_group_size", "task_type"];

    private static readonly string[] s_understood =
        [
            "alpha_pattern", "base_model_name_or_path", "bias", "exclude_modules", "fan_in_fan_out", "init_lora_weights", "layers_pattern",
            "layers_to_transform", "lora_alpha", "lora_dropout", "modules_to_save", "peft_type", "r", "rank_pattern", "revision",
            "target_modules", "use_rslora",
        ];

    /// <exception cref="ModelFileException">A key is missing, has a wrong type, or asks for what is not supported.</exception>
    public static LoraConfig Read(string file)
    {
        JsonConfig json = JsonConfig.ReadFile(file);
        if (json.Text("peft_type") != "LORA")
            throw json.ErrorAt("peft_type", "LORA");
        if (json.Text("task_type", "CAUSAL_LM") != "CAUSAL_LM")
            throw json.ErrorAt("task_type", "CAUSAL_LM");
        if (json.Text("bias", "none") != "none")
            throw json.ErrorAt("bias", "none: trained biases are not supported");
        if (json.Flag("fan_in_fan_out", false))
            throw json.ErrorAt("fan_in_fan_out", "false");
        CheckInitialization(json);
        foreach (string key in json.Keys.Except(s_inert).Except(s_understood))
        {
            if (!IsUnset(json.Element.GetProperty(key)))
                throw json.ErrorAt(key, "it unset: this LoRA variant is not supported");
        }

        double dropout = json.Number("lora_dropout", 0);
        if (dropout is < 0 or >= 1)
            throw json.ErrorAt("lora_dropout", "a number from 0, below 1");
        return new LoraConfig
        {
            Rank = json.Integer("r", 8, max: LargestRank),
            Alpha = json.Number("lora_alpha", 8),
            Dropout = dropout,
            UseRsLora = json.Flag("use_rslora", false),
            Targets = ReadSelector(json, "target_modules")
                ?? throw json.ErrorAt("target_modules", "module names, a regular expression or all-linear"),
            Excluded = ReadSelector(json, "exclude_modules"),
            RankPattern = ReadPattern(json, "rank_pattern", (fields, key) => fields.Integer(key, max: LargestRank)),
            AlphaPattern = ReadPattern(json, "alpha_pattern", (fields, key) => fields.Number(key)),
            LayersToTransform = ReadLayers(json),
            LayersPattern = IsText(json, "layers_pattern") ? [json.Text("layers_pattern")] : json.Texts("layers_pattern"),
            ModulesToSave = json.Texts("modules_to_save") ?? [],
            BaseModel = json.Has("base_model_name_or_path") ? json.Text("base_model_name_or_path") : null,
            Revision = json.Has("revision") ? json.Text("revision") : null,
        };
    }

    /// <summary>
    /// The file's bytes; the same settings give the same bytes. Keys that every PEFT release since 0.10 knows, in its order.
    /// </summary>
    public static byte[] Write(LoraConfig config)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, JsonStyle.Indented))
        {
            json.WriteStartObject();
            WritePattern(json, "alpha_pattern", config.AlphaPattern, WriteNumber);
            json.WriteNull("auto_mapping");
            WriteText(json, "base_model_name_or_path", config.BaseModel);
            json.WriteString("bias", "none");
            if (config.Excluded != null)
                WriteSelector(json, "exclude_modules", config.Excluded);
            json.WriteBoolean("fan_in_fan_out", false);
            json.WriteBoolean("inference_mode", true);
            json.WriteBoolean("init_lora_weights", true);
            json.WriteNull("layer_replication");
            WriteTexts(json, "layers_pattern", config.LayersPattern);
            WriteInts(json, "layers_to_transform", config.LayersToTransform);
            json.WriteStartObject("loftq_config");
            json.WriteEndObject();
            json.WritePropertyName("lora_alpha");
            WriteNumber(json, config.Alpha);
            json.WritePropertyName("lora_dropout");
            json.WriteRawValue(FloatText(config.Dropout));
            json.WriteNull("megatron_config");
            json.WriteString("megatron_core", "megatron.core");
            WriteTexts(json, "modules_to_save", config.ModulesToSave.Count == 0 ? null : config.ModulesToSave);
            json.WriteString("peft_type", "LORA");
            json.WriteNumber("r", config.Rank);
            WritePattern(json, "rank_pattern", config.RankPattern, (writer, rank) => writer.WriteNumberValue(rank));
            WriteText(json, "revision", config.Revision);
            WriteSelector(json, "target_modules", config.Targets);
            json.WriteString("task_type", "CAUSAL_LM");
            json.WriteBoolean("use_dora", false);
            json.WriteBoolean("use_rslora", config.UseRsLora);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>
    /// Ways to draw a new adapter that leave the base weights as they are; with the adapter's trained values in its file they say nothing
    /// more.
    /// </summary>
    private static readonly string[] s_beginsBesideTheBase = ["eva", "gaussian", "orthogonal"];

    /// <summary>
    /// Others (pissa, olora, corda, loftq ...) take something out of the base weights, so that the adapter is right only on weights that
    /// were changed likewise.
    /// </summary>
    private static void CheckInitialization(JsonConfig json)
    {
        if (!json.Has("init_lora_weights")
            || json.Element.GetProperty("init_lora_weights").ValueKind is JsonValueKind.True or JsonValueKind.False)
            return;
        if (!s_beginsBesideTheBase.Contains(json.Text("init_lora_weights")))
        {
            throw json.ErrorAt("init_lora_weights",
                $"true, false, {string.Join(", ", s_beginsBesideTheBase)}: other beginnings (pissa, olora, corda, loftq ...) change the "
                    + "base weights, on which alone the adapter "
                + "is right; save it with PEFT's "
                + "path_initial_model_for_weight_conversion, which makes it an adapter of the unchanged base");
        }
    }

    private static bool IsUnset(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };

    private static bool IsText(JsonConfig json, string key) =>
        json.Has(key) && json.Element.GetProperty(key).ValueKind == JsonValueKind.String;

    private static ModuleSelector? ReadSelector(JsonConfig json, string key)
    {
        if (!IsText(json, key))
            return json.Texts(key) is { Count: > 0 } names ? new ModuleSelector.Names(names) : null;
        string text = json.Text(key);
        // Only as a target do these words mean every linear layer.
        return key == "target_modules" && text.Equals("all-linear", StringComparison.OrdinalIgnoreCase)
            ? new ModuleSelector.AllLinear()
            : new ModuleSelector.Pattern(text);
    }

    private static IReadOnlyList<int>? ReadLayers(JsonConfig json) =>
        json.Has("layers_to_transform") && json.Element.GetProperty("layers_to_transform").ValueKind == JsonValueKind.Number
            ? [json.Integer("layers_to_transform", min: 0)]
            : json.Integers("layers_to_transform", 0, int.MaxValue);

    private static IReadOnlyList<KeyValuePair<string, T>> ReadPattern<T>(JsonConfig json, string key, Func<JsonConfig, string, T> read) =>
        json.Object(key) is JsonConfig fields ? [.. fields.Keys.Select(k => KeyValuePair.Create(k, read(fields, k)))] : [];

    private static void WriteSelector(Utf8JsonWriter json, string key, ModuleSelector selector)
    {
        if (selector is ModuleSelector.Names names)
            WriteTexts(json, key, [.. names.Values.Order(StringComparer.Ordinal)]);
        else
            json.WriteString(key, selector is ModuleSelector.Pattern pattern ? pattern.Expression : "all-linear");
    }

    private static void WritePattern<T>(
        Utf8JsonWriter json, string key, IEnumerable<KeyValuePair<string, T>> pattern, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartObject(key);
        foreach ((string expression, T value) in pattern)
        {
            json.WritePropertyName(expression);
            write(json, value);
        }

        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string key, string? value)
    {
        if (value == null)
            json.WriteNull(key);
        else
            json.WriteString(key, value);
    }

    private static void WriteTexts(Utf8JsonWriter json, string key, IReadOnlyList<string>? values)
    {
        if (values == null)
        {
            json.WriteNull(key);
            return;
        }

        json.WriteStartArray(key);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static void WriteInts(Utf8JsonWriter json, string key, IReadOnlyList<int>? values)
    {
        if (values == null)
        {
            json.WriteNull(key);
            return;
        }

        json.WriteStartArray(key);
        foreach (int value in values)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    /// <summary>Whole numbers without a fraction, as PEFT writes lora_alpha.</summary>
    private static void WriteNumber(Utf8JsonWriter json, double value)
    {
        if (value == Math.Truncate(value) && Math.Abs(value) < 1e15)
            json.WriteNumberValue((long)value);
        else
            json.WriteNumberValue(value);
    }

    /// <summary>As Python prints a float: 0.0, 0.05.</summary>
    private static string FloatText(double value) =>
        value == Math.Truncate(value) ? value.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture)
            : value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
}
