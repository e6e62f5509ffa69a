using System.Text.Json.Nodes;
using TraceFast.Inference.Export;
using TraceFast.Models.Config;
using TraceFast.Models;

namespace TraceFast.Inference.Tests.Export;

/// <summary>Drawn models of every family with odd sizes, head widths, windows, biases and rotary settings, against the trainer.</summary>
public sealed class RandomModelTests(ITestOutputHelper output)
{
    private const int SeedsPerFamily = 6;

    private static readonly string[] s_families = [
        "llama", "mistral", "qwen2", "qwen3", "smollm3", "granite", "phi3", "olmo2", "gemma2", "gemma3_text"];

    public static MatrixTheoryData<string, int> Cases => new(s_families, Enumerable.Range(0, SeedsPerFamily));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Logits_equal_the_trainers(string family, int seed)
    {
        using TemporaryFolder folder = new();
        JsonObject config = Draw(family, new Random(seed * 100 + Array.IndexOf(s_families, family)));
        using (Decoder random = Decoder.Random(DecoderConfig.Parse(config.ToJsonString(), "drawn"), seed, new DecoderOptions()))
            random.SaveWeights(folder["model"]);
        foreach (ExportPrecision precision in new[] { ExportPrecision.Float32, ExportPrecision.Float16, ExportPrecision.Int8,
            ExportPrecision.Int4 })
        {
            ExportOptions options = new() { Precision = precision, Head = (HeadPositions)(seed % 2), Symmetric = seed % 3 != 0 };
            ExportReport report = CheckedExport.Run(folder["model"], null, folder[$"{precision}"], options, Exported.Quiet, _ => { });
            output.WriteLine($"{family} {seed} {precision}: {report.ToText()} {config.ToJsonString()}");
            Assert.True(report.Passed, $"{precision}: {report.ToText()} {config.ToJsonString()}");
        }
    }

    public static MatrixTheoryData<string, ExportPrecision> Rounded => new(s_families, [ExportPrecision.Int8, ExportPrecision.Int4]);

    /// <summary>
    /// Rounding with calibration text, with what differs between families: padded heads, fused matrices, norms after branches.
    /// </summary>
    [Theory]
    [MemberData(nameof(Rounded))]
    public void Compensated_graphs_equal_the_trainer_with_rounded_weights(string family, ExportPrecision precision)
    {
        string tokenizer = Path.Combine(Oracles.RepositoryRoot, "models", "demo", "tokenizer.json");
        using TemporaryFolder folder = new();
        JsonObject config = Draw(family, new Random(Array.IndexOf(s_families, family)));
        config["vocab_size"] = Tokenization.Tokenizer.Load(tokenizer).VocabularySize;
        using (Decoder random = Decoder.Random(DecoderConfig.Parse(config.ToJsonString(), "drawn"), 1, new DecoderOptions()))
            random.SaveWeights(folder["model"]);
        File.Copy(tokenizer, Path.Combine(folder["model"], "tokenizer.json"));
        List<string> said = [];
        ExportOptions options = ExportOptions.For(precision) with { ExtraSize = 0.3 };
        ExportReport report = CheckedExport.Run(folder["model"], null, folder["onnx"], options, Exported.Quiet, said.Add);
        output.WriteLine($"{family} {precision}: {report.ToText()} {string.Join('\n', said)}");
        Assert.True(report.Parity.Passed, report.ToText());
        Assert.DoesNotContain(said, l => l.Contains("no tokenizer", StringComparison.Ordinal));
        Assert.NotNull(report.Quality);
    }

    private static JsonObject Draw(string family, Random random)
    {
        int keyValueHeads = random.Next(1, 4);
        int heads = keyValueHeads * random.Next(1, 4);
        int headDim = 2 * random.Next(3, 21);
        bool widthFromHidden = random.Next(2) == 0 && family is not ("gemma2" or "gemma3_text" or "qwen3");
        int hidden = widthFromHidden ? heads * headDim : random.Next(11, 90);
        const int layers = 3;
        JsonObject config = new()
        {
            ["model_type"] = family,
            ["vocab_size"] = random.Next(37, 400),
            ["hidden_size"] = hidden,
            ["intermediate_size"] = random.Next(7, 150),
            ["num_hidden_layers"] = layers,
            ["num_attention_heads"] = heads,
            ["num_key_value_heads"] = keyValueHeads,
            ["head_dim"] = headDim,
            ["max_position_embeddings"] = random.Next(20, 300),
            ["initializer_range"] = 1 / Math.Sqrt(hidden),
            ["tie_word_embeddings"] = random.Next(2) == 0,
            ["rope_theta"] = 100.0 * random.Next(1, 1000),
            ["bos_token_id"] = 1,
            ["eos_token_id"] = 2,
        };
        if (family is "llama" or "granite" or "smollm3")
        {
            config["attention_bias"] = random.Next(2) == 0;
            config["mlp_bias"] = random.Next(2) == 0;
        }

        if (family is "mistral" or "gemma2" or "gemma3_text" or "phi3")
            config["sliding_window"] = random.Next(1, 30);
        if (family is "qwen2" or "qwen3")
        {
            config["use_sliding_window"] = true;
            config["sliding_window"] = random.Next(1, 30);
            config["max_window_layers"] = random.Next(layers);
        }

        switch (family)
        {
            case "smollm3":
                config["no_rope_layers"] = new JsonArray(random.Next(2), random.Next(2), random.Next(2));
                break;
            case "granite":
                config["embedding_multiplier"] = 0.5 + random.NextDouble() * 3;
                config["residual_multiplier"] = 0.3 + random.NextDouble();
                config["attention_multiplier"] = 0.05 + random.NextDouble() * 0.3;
                config["logits_scaling"] = 0.5 + random.NextDouble() * 3;
                break;
            case "phi3":
                config["partial_rotary_factor"] = random.Next(2, headDim / 2 + 1) * 2.0 / headDim;
                break;
            case "gemma2":
                config["attn_logit_softcapping"] = 1 + random.NextDouble() * 10;
                config["final_logit_softcapping"] = 1 + random.NextDouble() * 10;
                config["query_pre_attn_scalar"] = random.Next(5, 50);
                break;
            case "gemma3_text":
                config["sliding_window_pattern"] = random.Next(1, 4);
                break;
        }

        if (family is "llama" && random.Next(2) == 0)
            config["rope_scaling"] = new JsonObject { ["rope_type"] = "linear", ["factor"] = 1 + random.NextDouble() * 4 };
        if (family is "qwen2" && random.Next(2) == 0)
            config["rope_scaling"] = new JsonObject { ["rope_type"] = "yarn", ["factor"] = 4.0, ["original_max_position_embeddings"] = 32 };
        return config;
    }
}
