using TraceFast.Data.Json;
using TraceFast.Models.Config;

namespace TraceFast.Models.Families;

/// <summary>llama (Llama 1 to 3, SmolLM, SmolLM2 and many more): pre-norm, rotary, gated MLP. transformers: modeling_llama.py.</summary>
internal static class Llama
{
    public static DecoderConfig Read(JsonConfig json)
    {
        bool attentionBias = json.Flag("attention_bias", false);
        return FamilyReader.Read(json) with
        {
            QkvBias = attentionBias,
            OutputBias = attentionBias,
            MlpBias = json.Flag("mlp_bias", false),
        };
    }
}
