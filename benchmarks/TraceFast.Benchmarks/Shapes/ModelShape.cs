using TraceFast.Data;
using TraceFast.Models.Config;

namespace TraceFast.Benchmarks.Step;

/// <summary>Model shapes that the benchmark makes with random weights, so that it needs no files.</summary>
public static class ModelShape
{
    private static readonly SortedDictionary<string, string> s_configurations = new(StringComparer.Ordinal)
    {
        // huggingface.co/HuggingFaceTB/SmolLM2-135M, config.json
        ["smollm2-135m"] =
            """
            {
              "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 49152, "hidden_size": 576,
              "intermediate_size": 1536,
              "num_hidden_layers": 30, "num_attention_heads": 9, "num_key_value_heads": 3, "hidden_act": "silu",
              "max_position_embeddings": 8192,
              "rms_norm_eps": 1e-05, "rope_theta": 100000, "tie_word_embeddings": true, "initializer_range": 0.041666666666666664
            }
            """,
    };

    /// <summary>The names that <see cref="Configuration"/> knows.</summary>
    public static IReadOnlyCollection<string> Names => s_configurations.Keys;

    /// <exception cref="InputException">No shape of that name.</exception>
    public static DecoderConfig Configuration(string name) => s_configurations.TryGetValue(name, out string? json)
        ? DecoderConfig.Parse(json, name)
        : throw new InputException($"--shape: found '{name}', expected {string.Join(" or ", Names)}; a model folder goes with --model");
}
