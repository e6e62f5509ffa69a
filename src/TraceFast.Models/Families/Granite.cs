using TraceFast.Data.Json;
using TraceFast.Models.Config;

namespace TraceFast.Models.Families;

/// <summary>
/// granite: llama with multipliers on embeddings, residual branches and attention scores, and a divisor of the logits. transformers:
/// modeling_granite.py.
/// </summary>
internal static class Granite
{
    public static DecoderConfig Read(JsonConfig json) => Llama.Read(json) with
    {
        EmbeddingMultiplier = json.Number("embedding_multiplier", 1),
        ResidualMultiplier = json.Number("residual_multiplier", 1),
        AttentionScale = json.Number("attention_multiplier", 1),
        LogitScale = 1 / json.Positive("logits_scaling", 1),
    };
}
