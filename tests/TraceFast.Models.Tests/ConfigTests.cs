#pragma warning disable RCS0056 // Lines of data are as long as they are.
using System.Text.Json.Nodes;
using TraceFast.Data;
using TraceFast.Models.Config;

namespace TraceFast.Models.Tests;

/// <summary>config.json of every family: what is read, what is refused.</summary>
public sealed class ConfigTests
{
    private const string Small = """
        {"model_type":"llama","vocab_size":32,"hidden_size":16,"intermediate_size":24,"num_hidden_layers":4,
         "num_attention_heads":4,"num_key_value_heads":2,"max_position_embeddings":64}
        """;

    public static TheoryData<string, string, string> Refused => new()
    {
        { "model_type", "\"mamba\"", "one of gemma2, gemma3_text" },
        { "model_type", "3", "expected a string" },
        { "hidden_act", "\"relu\"", "'hidden_act': found \"relu\"" },
        { "num_key_value_heads", "3", "a divisor of num_attention_heads 4" },
        { "num_attention_heads", "5", "a divisor of" },
        { "num_attention_heads", "0", "a whole number from 1" },
        { "num_hidden_layers", "100000000", "to 4096" },
        { "hidden_size", "16.5", "a whole number" },
        { "hidden_size", "null", "'hidden_size': missing" },
        { "vocab_size", "\"32\"", "a whole number" },
        { "rms_norm_eps", "0", "above 0" },
        { "rope_theta", "-1", "above 0" },
        { "rope_theta", "1e999", "a finite number" },
        { "attention_dropout", "\"0.1\"", "a finite number" },
        { "quantization_config", """{"bits":4}""", "quantized weights are not supported" },
        { "partial_rotary_factor", "0.5", "1 for model_type llama" },
        { "rope_scaling", """{"rope_type":"dynamic","factor":2}""", "found \"dynamic\", expected one of default, linear, llama3, yarn" },
        { "rope_scaling", """{"type":"longrope","factor":2}""", "found \"longrope\"" },
        { "rope_scaling", """{"rope_type":"linear"}""", "'rope_scaling.factor': missing" },
        { "rope_scaling", """{"factor":2}""", "'rope_scaling.rope_type': missing" },
        { "rope_scaling", """{"rope_type":"linear","factor":0}""", "above 0" },
        { "rope_scaling",
            """{"rope_type":"llama3","factor":8,"low_freq_factor":4,"high_freq_factor":4,"original_max_position_embeddings":32}""",
            "more than low_freq_factor" },
        { "rope_scaling", "7", "an object" },
        { "head_dim", "5", "an even number" },
        { "tie_word_embeddings", "1", "true or false" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_not_supported_is_named(string key, string value, string expected)
    {
        JsonObject json = JsonNode.Parse(Small)!.AsObject();
        string text = json.ToJsonString();
        json.Remove(key);
        text = value == "null" ? json.ToJsonString() : json.ToJsonString()[..^1] + $",\"{key}\":{value}}}";
        InputException error = Assert.ThrowsAny<InputException>(() => DecoderConfig.Parse(text, "dir/config.json"));
        Assert.StartsWith("dir/config.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("[1]")]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"model_type\":\"\\ud800\"}")]
    public void What_is_no_json_object_is_named(string text) =>
        Assert.StartsWith(
            "x/config.json", Assert.ThrowsAny<InputException>(() => DecoderConfig.Parse(text, "x/config.json")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Deep_nesting_is_named() =>
        Assert.ThrowsAny<InputException>(() => DecoderConfig.Parse("{\"a\":" + new string('[', 500_000), "config.json"));

    [Theory]
    [InlineData("llama", "attention_dropout")]
    [InlineData("granite", "attention_dropout")]
    [InlineData("phi3", "resid_pdrop")]
    [InlineData("phi3", "embd_pdrop")]
    [InlineData("olmo2", "attention_dropout")]
    public void Dropout_inside_the_model_concerns_training_alone(string family, string key)
    {
        string json = Small.Replace("llama", family, StringComparison.Ordinal).TrimEnd();
        DecoderConfig config = DecoderConfig.Parse($"{json[..^1]},\"{key}\":0.1}}", "config.json");
        string message = Assert.ThrowsAny<InputException>(() => config.RequireNoDropout("dir")).Message;
        Assert.Equal(
            $"dir/config.json: '{key}': found 0.1, expected 0 for training: dropout inside the model is not "
                + "supported (lora_dropout is); set it to 0 to train without", message);
        DecoderConfig.Parse($"{json[..^1]},\"{key}\":0.0}}", "config.json").RequireNoDropout("dir");
    }

    [Fact]
    public void Llama_defaults_are_transformers()
    {
        DecoderConfig config = DecoderConfig.Parse(Small, "config.json");
        Assert.False(config.TieWordEmbeddings);
        Assert.Equal(1e-6, config.NormEpsilon);
        Assert.Equal(4, config.HeadDim);
        Assert.Equal(0.5, config.AttentionScale);
        Assert.Equal(new RopeConfig("rotary_emb", 10_000, 4, new RopeScaling.Default()), config.Ropes.Single());
        Assert.All(config.Layers, layer => Assert.Equal(new LayerConfig(null, 0), layer));
    }

    [Theory]
    [InlineData("mistral", "", new[] { 4096, 4096, 4096, 4096 })]
    [InlineData("mistral", ",\"sliding_window\":null", new[] { 0, 0, 0, 0 })]
    [InlineData("mistral", ",\"sliding_window\":7", new[] { 7, 7, 7, 7 })]
    [InlineData("qwen2", ",\"sliding_window\":7", new[] { 0, 0, 0, 0 })]
    [InlineData("qwen2", ",\"sliding_window\":7,\"use_sliding_window\":true,\"max_window_layers\":3", new[] { 0, 0, 0, 7 })]
    [InlineData(
        "qwen2", ",\"sliding_window\":7,\"use_sliding_window\":true,\"layer_types\":[\"sliding_attention\",\"full_attention\",\"full_attention\",\"full_attention\"]", new[] { 7, 0, 0, 0 })]
    [InlineData("phi3", ",\"sliding_window\":9", new[] { 9, 9, 9, 9 })]
    [InlineData("phi3", "", new[] { 0, 0, 0, 0 })]
    [InlineData("gemma2", ",\"head_dim\":4,\"sliding_window\":9", new[] { 9, 0, 9, 0 })]
    [InlineData("gemma3_text", ",\"head_dim\":4,\"sliding_window\":9,\"_sliding_window_pattern\":3", new[] { 9, 9, 0, 9 })]
    [InlineData("smollm3", ",\"sliding_window\":9,\"use_sliding_window\":true,\"no_rope_layer_interval\":2", new[] { 0, 9, 0, 9 })]
    public void Windows_follow_the_family(string family, string extra, int[] windows)
    {
        DecoderConfig config = DecoderConfig.Parse(
            Small.Replace("llama", family, StringComparison.Ordinal).TrimEnd()[..^1] + extra + "}", "config.json");
        Assert.Equal(windows, config.Layers.Select(l => l.Window ?? 0));
    }

    [Fact]
    public void Layers_without_rotary_embedding_follow_the_interval()
    {
        DecoderConfig config = DecoderConfig.Parse(Small.Replace("llama", "smollm3", StringComparison.Ordinal), "config.json");
        Assert.Equal([0, 0, 0, null], config.Layers.Select(l => l.Rope));
        Assert.True(config.TieWordEmbeddings);
    }

    [Fact]
    public void Gemmas_sliding_layers_rotate_by_their_own_base()
    {
        DecoderConfig config = DecoderConfig.Parse(
            Small.Replace("llama", "gemma3_text", StringComparison.Ordinal).TrimEnd()[..^1]
            + ""","head_dim":8,"rope_scaling":{"rope_type":"linear","factor":8.0},"rope_local_base_freq":"""
            + """5000,"_sliding_window_pattern":2}""", "config.json");
        Assert.Equal([1, 0, 1, 0], config.Layers.Select(l => l.Rope));
        Assert.Equal(new RopeConfig("rotary_emb", 1_000_000, 8, new RopeScaling.Linear(8)), config.Ropes[0]);
        Assert.Equal(new RopeConfig("rotary_emb_local", 5000, 8, new RopeScaling.Default()), config.Ropes[1]);
    }

    [Fact]
    public void The_newer_rope_parameters_mean_the_same()
    {
        string Config(string rope) => Small.TrimEnd()[..^1] + rope + "}";
        DecoderConfig older = DecoderConfig.Parse(Config(""","rope_theta":5000,"rope_scaling":{"type":"linear","factor":2}"""), "a");
        DecoderConfig newer = DecoderConfig.Parse(
            Config(""","rope_parameters":{"rope_theta":5000,"rope_type":"linear","factor":2}"""), "b");
        Assert.Equal(older.Ropes.Single(), newer.Ropes.Single());
        DecoderConfig gemma = DecoderConfig.Parse(
            Config(""","head_dim":8,"rope_parameters":{"full_attention":{"rope_type":"linear","factor":8,"rope_theta":"""
                + """7000},"sliding_attention":{"rope_type":"default","rope_theta":300}}""")
                .Replace("llama", "gemma3_text", StringComparison.Ordinal), "c");
        Assert.Equal(new RopeConfig("rotary_emb", 7000, 8, new RopeScaling.Linear(8)), gemma.Ropes[0]);
        Assert.Equal(new RopeConfig("rotary_emb_local", 300, 8, new RopeScaling.Default()), gemma.Ropes[1]);
    }

    [Theory]
    [InlineData("", 1.1386294361119891)]
    [InlineData(",\"attention_factor\":1.25", 1.25)]
    [InlineData(",\"mscale\":2.0,\"mscale_all_dim\":1.0", 1.121751143713058)]
    public void Yarns_attention_scaling(string extra, double expected)
    {
        DecoderConfig config = DecoderConfig.Parse(
            Small.TrimEnd()[..^1] + ""","rope_scaling":{"rope_type":"yarn","factor":4.0,"original_max_position_embeddings":16""" + extra
                + "}}", "config.json");
        Assert.Equal(expected, RopeFrequencies.AttentionScaling(config.Ropes.Single()), 1e-9);
    }
}
