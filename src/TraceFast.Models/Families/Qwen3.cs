using TraceFast.Data.Json;
using TraceFast.Models.Config;

namespace TraceFast.Models.Families;

/// <summary>qwen3: RMS norm on each head's queries and keys, head_dim 128 unless given. transformers: modeling_qwen3.py.</summary>
internal static class Qwen3
{
    public static DecoderConfig Read(JsonConfig json)
    {
        bool bias = json.Flag("attention_bias", false);
        DecoderConfig config = FamilyReader.Read(json, headDim: 128) with
        {
            QueryKeyNorm = QueryKeyNorm.PerHead,
            QkvBias = bias,
            OutputBias = bias,
        };
        return Qwen2.WithPartialWindows(config, json);
    }
}
