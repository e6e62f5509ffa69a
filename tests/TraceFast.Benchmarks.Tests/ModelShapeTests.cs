using TraceFast.Benchmarks.Shapes;
using TraceFast.Data;
using TraceFast.Models;
using TraceFast.Models.Config;
using TraceFast.Models.Lora;

namespace TraceFast.Benchmarks.Tests;

/// <summary>The shapes, and their numbers of weights without making any.</summary>
public class ModelShapeTests
{
    /// <summary>What the models' safetensors files hold, as huggingface.co reports it.</summary>
    [Theory]
    [InlineData("smollm2-135m", 134_515_008)]
    [InlineData("smollm2-360m", 361_821_120)]
    [InlineData("qwen2.5-0.5b", 494_032_768)]
    [InlineData("qwen2.5-1.5b", 1_543_714_304)]
    [InlineData("qwen2.5-3b", 3_085_938_688)]
    [InlineData("qwen2.5-7b", 7_615_616_512)]
    [InlineData("llama-3.1-8b", 8_030_261_248)]
    [InlineData("qwen2.5-14b", 14_770_033_664)]
    [InlineData("qwen2.5-32b", 32_763_876_352)]
    [InlineData("llama-3.1-70b", 70_553_706_496)]
    public void A_shape_has_the_weights_of_the_published_model(string name, long weights) =>
        Assert.Equal(weights, ParameterCount.OfModel(ModelShape.Configuration(name)));

    [Fact]
    public void Shapes_go_from_small_to_large()
    {
        long[] counts = [.. ModelShape.Names.Select(n => ParameterCount.OfModel(ModelShape.Configuration(n)))];
        Assert.Equal(10, counts.Length);
        Assert.Equal(counts.Order(), counts);
    }

    /// <summary>Biases, a head of its own, norms of queries and keys, fused projections: as the decoder makes them.</summary>
    [Theory]
    [InlineData(""" "model_type": "llama", "tie_word_embeddings": true """)]
    [InlineData(""" "model_type": "llama", "tie_word_embeddings": false, "attention_bias": true, "mlp_bias": true """)]
    [InlineData(""" "model_type": "qwen2", "tie_word_embeddings": false """)]
    [InlineData(""" "model_type": "qwen3", "head_dim": 8, "tie_word_embeddings": true """)]
    [InlineData(""" "model_type": "olmo2", "tie_word_embeddings": false """)]
    [InlineData(""" "model_type": "phi3", "tie_word_embeddings": false """)]
    public void A_family_has_the_weights_that_its_decoder_has(string family)
    {
        DecoderConfig config = DecoderConfig.Parse(
            $$"""
            {{{family}}, "vocab_size": 40, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4,
             "num_key_value_heads": 2, "hidden_act": "silu", "rms_norm_eps": 1e-5, "pad_token_id": 0}
            """, "test");
        using Decoder decoder = Decoder.Random(config, 0, new DecoderOptions());
        Assert.Equal(decoder.ParameterShapes.Sum(p => p.Shape.Aggregate(1L, (a, b) => a * b)), ParameterCount.OfModel(config));
        using LoraAdapter adapter = LoraAdapter.Create(new LoraConfig { Rank = 3 }, decoder, 0);
        Assert.Equal(adapter.Parameters.Sum(p => p.Parameter.numel()), ParameterCount.OfAdapter(config, 3));
    }

    [Fact]
    public void An_unknown_shape_is_named_with_those_that_there_are()
    {
        InputException error = Assert.Throws<InputException>(() => ModelShape.Configuration("gpt-2", "--model"));
        Assert.Contains("--model: found 'gpt-2', expected smollm2-135m or ", error.Message, StringComparison.Ordinal);
    }
}
