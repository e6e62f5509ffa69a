using TraceFast.Kernels;
using TraceFast.Models.Config;
using TraceFast.Models.Lora;

namespace TraceFast.Models.Tests;

/// <summary>A small configuration of each family, with what sets the family apart switched on.</summary>
internal static class TinyModels
{
    private const string Common = """
        "vocab_size":61,"hidden_size":24,"intermediate_size":36,"num_hidden_layers":3,"num_attention_heads":4,"num_key_value_heads":2,
        "head_dim":6,"max_position_embeddings":64,"initializer_range":0.3
        """;

    private static readonly Dictionary<string, string> s_own = new(StringComparer.Ordinal)
    {
        ["llama"] = "\"attention_bias\":true,\"mlp_bias\":true,\"tie_word_embeddings\":true",
        ["mistral"] = "\"sliding_window\":5",
        ["qwen2"] = "\"use_sliding_window\":true,\"sliding_window\":6,\"max_window_layers\":1",
        ["qwen3"] = "\"rope_scaling\":{\"rope_type\":\"yarn\",\"factor\":4.0,\"original_max_position_embeddings\":16}",
        ["smollm3"] = "\"no_rope_layers\":[1,0,1]",
        ["granite"] = "\"embedding_multiplier\":3.0,\"residual_multiplier\":0.5,\"attention_multiplier\":0.2,\"logits_scaling\":2.0",
        ["phi3"] = "\"partial_rotary_factor\":0.67",
        ["olmo2"] = "\"rope_theta\":500",
        ["gemma2"] = "\"sliding_window\":4,\"query_pre_attn_scalar\":20,\"attn_logit_softcapping\":5.0,\"final_logit_softcapping\":4.0",
        ["gemma3_text"] = "\"sliding_window\":4,\"query_pre_attn_scalar\":20,\"_sliding_window_pattern\":3",
    };

    public static IEnumerable<string> Families => s_own.Keys.Order(StringComparer.Ordinal);

    public static DecoderConfig Config(string family) =>
        DecoderConfig.Parse($"{{\"model_type\":\"{family}\",{Common},{s_own[family]}}}", $"{family}/config.json");

    public static Decoder Decoder(
        string family, torch.ScalarType dtype, bool trainAll = false, KernelSet? kernels = null) =>
        Models.Decoder.Random(Config(family), seed: 3, new DecoderOptions
        {
            ComputeDtype = dtype,
            TrainAll = trainAll,
            Kernels = kernels ?? KernelSet.Reference,
        });

    /// <summary>An adapter on every linear layer whose B is not zero.</summary>
    public static LoraAdapter Adapter(Decoder decoder, LoraConfig config)
    {
        LoraAdapter adapter = LoraAdapter.Create(config, decoder, seed: 5);
        using torch.Generator generator = new(6, torch.CPU);
        using IDisposable _ = torch.no_grad();
        foreach ((string name, torch.Tensor value) in
            adapter.Parameters.Where(p => p.Name.EndsWith("lora_B.weight", StringComparison.Ordinal)))
        {
            using torch.Tensor drawn = torch.randn(value.shape, dtype: torch.float32, generator: generator);
            value.copy_(drawn);
        }

        return adapter;
    }
}
