using TraceFast.Data.Json;
using TraceFast.Models.Config;

namespace TraceFast.Models.Families;

/// <summary>
/// qwen2 (Qwen2, Qwen2.5): biases on q, k, v; with use_sliding_window the layers from max_window_layers on slide.
/// transformers: modeling_qwen2.py.
/// </summary>
internal static class Qwen2
{
    public static DecoderConfig Read(JsonConfig json) => WithPartialWindows(FamilyReader.Read(json) with { QkvBias = true }, json);

    /// <summary>The windows of the qwen families.</summary>
    internal static DecoderConfig WithPartialWindows(DecoderConfig config, JsonConfig json)
    {
        int? window = json.Flag("use_sliding_window", false) ? FamilyReader.Window(json, 4096) : null;
        int from = json.Integer("max_window_layers", 28, min: 0);
        return FamilyReader.WithWindows(config, json, window, i => window != null && i >= from);
    }
}
