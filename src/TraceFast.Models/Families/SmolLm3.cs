using TraceFast.Data.Json;
using TraceFast.Models.Config;

namespace TraceFast.Models.Families;

/// <summary>
/// smollm3: llama without rotary embedding on some layers (no_rope_layers: 0 = none; else every no_rope_layer_interval-th),
/// tied head. With use_sliding_window those layers slide. transformers: modeling_smollm3.py.
/// </summary>
internal static class SmolLm3
{
    public static DecoderConfig Read(JsonConfig json)
    {
        bool bias = json.Flag("attention_bias", false);
        DecoderConfig config = FamilyReader.Read(json, tied: true, theta: 2_000_000) with
        {
            QkvBias = bias,
            OutputBias = bias,
            MlpBias = json.Flag("mlp_bias", false),
        };
        IReadOnlyList<bool> rotary = RotaryLayers(json, config.Layers.Count);
        int? window = json.Flag("use_sliding_window", false) ? FamilyReader.Window(json, null) : null;
        config = config with { Layers = [.. config.Layers.Select((layer, i) => rotary[i] ? layer : layer with { Rope = null })] };
        return FamilyReader.WithWindows(config, json, window, i => window != null && !rotary[i]);
    }

    private static IReadOnlyList<bool> RotaryLayers(JsonConfig json, int layers)
    {
        if (json.Integers("no_rope_layers", 0, 1) is { } listed)
        {
            return listed.Count == layers ? [.. listed.Select(r => r == 1)]
                : throw json.ErrorAt("no_rope_layers", $"{layers} entries (num_hidden_layers), each 0 or 1");
        }

        int interval = json.Integer("no_rope_layer_interval", 4);
        return [.. Enumerable.Range(1, layers).Select(i => i % interval != 0)];
    }
}
