using TraceFast.Data.Json;
using TraceFast.Models.Config;

namespace TraceFast.Models.Families;

/// <summary>
/// gemma3_text: gemma2's norms, RMS norm on each head's queries and keys, and two rotary embeddings: sliding layers use their own
/// base and no scaling. transformers: modeling_gemma3.py (which leaves attn_logit_softcapping unused).
/// </summary>
internal static class Gemma3Text
{
    public static DecoderConfig Read(JsonConfig json)
    {
        DecoderConfig config = Gemma2.ReadCommon(json, theta: 1_000_000);
        RopeConfig local = RopeReader.Read(
            json, "rotary_emb_local", config.HeadDim, 10_000, thetaKey: "rope_local_base_freq", layerType: "sliding_attention",
            scaled: false);
        int pattern = json.Integer("_sliding_window_pattern", json.Integer("sliding_window_pattern", 6));
        config = config with
        {
            QueryKeyNorm = QueryKeyNorm.PerHead,
            LogitSoftcap = json.OptionalPositive("final_logit_softcapping"),
            Ropes = [.. config.Ropes, local],
        };
        config = FamilyReader.WithWindows(config, json, FamilyReader.Window(json, 4096), i => (i + 1) % pattern != 0);
        return config with { Layers = [.. config.Layers.Select(layer => layer.Window != null ? layer with { Rope = 1 } : layer)] };
    }
}
