using TraceFast.Data.Json;
using TraceFast.Models.Config;

namespace TraceFast.Models.Families;

/// <summary>The model families by their model_type in config.json.</summary>
internal static class ModelFamilies
{
    private static readonly SortedDictionary<string, Func<JsonConfig, DecoderConfig>> s_readers = new(StringComparer.Ordinal)
    {
        ["llama"] = Llama.Read,
        ["mistral"] = Mistral.Read,
        ["qwen2"] = Qwen2.Read,
        ["qwen3"] = Qwen3.Read,
        ["smollm3"] = SmolLm3.Read,
        ["granite"] = Granite.Read,
        ["phi3"] = Phi3.Read,
        ["olmo2"] = Olmo2.Read,
        ["gemma2"] = Gemma2.Read,
        ["gemma3_text"] = Gemma3Text.Read,
    };

    public static IEnumerable<string> Known => s_readers.Keys;

    public static DecoderConfig Read(JsonConfig json)
    {
        string type = json.Text("model_type");
        if (!s_readers.TryGetValue(type, out Func<JsonConfig, DecoderConfig>? read))
            throw json.ErrorAt("model_type", $"one of {string.Join(", ", Known)}");
        return read(json);
    }
}
