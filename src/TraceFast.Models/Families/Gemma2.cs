using TraceFast.Data.Json;
using TraceFast.Kernels.RmsNorm;
using TraceFast.Models.Config;

namespace TraceFast.Models.Families;

/// <summary>
/// gemma2: (1 + w) norms around both branches, soft caps on scores and logits, windows on the even layers, embeddings times
/// sqrt(hidden_size), tied head. transformers: modeling_gemma2.py.
/// </summary>
internal static class Gemma2
{
    public static DecoderConfig Read(JsonConfig json)
    {
        DecoderConfig config = ReadCommon(json, theta: 10_000) with
        {
            AttentionSoftcap = json.Keys.Contains("attn_logit_softcapping") ? json.OptionalPositive("attn_logit_softcapping") : 50,
            LogitSoftcap = json.Keys.Contains("final_logit_softcapping") ? json.OptionalPositive("final_logit_softcapping") : 30,
        };
        return FamilyReader.WithWindows(config, json, FamilyReader.Window(json, 4096), i => i % 2 == 0);
    }

    /// <summary>What gemma2 and gemma3 share.</summary>
    internal static DecoderConfig ReadCommon(JsonConfig json, double theta)
    {
        bool bias = json.Flag("attention_bias", false);
        if (json.Flag("use_bidirectional_attention", false))
            throw json.ErrorAt("use_bidirectional_attention", "false: this is a causal decoder");
        DecoderConfig config = FamilyReader.Read(
            json, tied: true, theta: theta, headDim: 256, activationKey: "hidden_activation", activation: "gelu_pytorch_tanh");
        return config with
        {
            NormStyle = RmsNormStyle.Gemma,
            Norms = LayerNorms.Sandwich,
            QkvBias = bias,
            OutputBias = bias,
            EmbeddingMultiplier = Math.Sqrt(config.HiddenSize),
            RoundEmbeddingMultiplier = true,
            AttentionScale = 1 / Math.Sqrt(json.Positive("query_pre_attn_scalar", 256)),
        };
    }
}
