#pragma warning disable RCS0056 // Lines of data are as long as they are.
using System.Text.Json.Nodes;
using TraceFast.Data;
using TraceFast.Kernels.TreeAttention;
using TraceFast.Models.Lora;

namespace TraceFast.Models.Tests;

/// <summary>
/// Every key of config.json and adapter_config.json in turn set to every kind of wrong or extreme value: the model still computes, or
/// the error is one of a user's input.
/// </summary>
public sealed class DamagedSettingsTests
{
    private static readonly string[] s_values =
    [
        "null", "true", "false", "0", "1", "-1", "2", "3", "7", "1.5", "-0.0", "1e-320", "1e-30", "1e30", "1e308", "2147483647",
        "2147483648", "9223372036854775807",
        "1e400", "\"\"", "\"x\"", "\"\\u0000\"", "\"all-linear\"", "\"(\"", "[]", "[0]", "[1,2,3]", "[\"x\"]", "[[[]]]", "{}", "{\"x\":1}",
        "{\"q_proj\":1e9}",
        "{\"rope_type\":\"yarn\",\"factor\":1e-300,\"original_max_position_embeddings\":1}",
        "{\"rope_type\":\"yarn\",\"factor\":1e300,\"beta_fast\":1e-300,\"beta_slow\":1e300,\"original_max_position_embeddings\":2147483647}",
        "{\"rope_type\":\"llama3\",\"factor\":1e300,\"low_freq_factor\":1e-300,\"high_freq_factor\":1e300,\"original_max_position_embeddings\":1}",
        "{\"rope_type\":\"linear\",\"factor\":1e-300}",
    ];

    /// <summary>Keys that the small configurations leave out.</summary>
    private static readonly string[] s_furtherKeys =
    [
        "rope_theta", "rope_scaling", "rope_parameters", "rms_norm_eps", "hidden_act", "hidden_activation", "layer_types", "sliding_window",
        "use_sliding_window", "max_window_layers", "tie_word_embeddings", "attention_bias", "mlp_bias", "no_rope_layer_interval",
        "rope_local_base_freq",
        "partial_rotary_factor", "quantization_config", "attention_dropout", "use_bidirectional_attention",
    ];

    public static TheoryData<string> Families => new(TinyModels.Families);

    [Theory]
    [MemberData(nameof(Families))]
    public void Model_settings(string family)
    {
        using TemporaryFolder folder = new();
        using (Decoder decoder = TinyModels.Decoder(family, torch.ScalarType.Float32))
            decoder.SaveWeights(folder.Path);
        string path = folder["config.json"];
        JsonObject settings = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        (int computed, int refused) = Damage(path, settings, settings.Select(p => p.Key).Concat(s_furtherKeys), () =>
        {
            using Decoder decoder = Decoder.Load(folder.Path, new DecoderOptions());
            Compute(decoder);
        });
        Assert.True(computed > 50 && refused > 200, $"{computed} computed, {refused} refused");
    }

    [Fact]
    public void Adapter_settings()
    {
        using TemporaryFolder folder = new();
        using Decoder decoder = TinyModels.Decoder("llama", torch.ScalarType.Float32);
        using (LoraAdapter adapter = LoraAdapter.Create(new LoraConfig { Rank = 2, ModulesToSave = ["lm_head"] }, decoder, 0))
            adapter.Save(folder.Path);
        string path = folder["adapter_config.json"];
        JsonObject settings = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        (int computed, int refused) = Damage(path, settings, settings.Select(p => p.Key).Append("exclude_modules"), () =>
        {
            using LoraAdapter adapter = LoraAdapter.Load(folder.Path, decoder);
            decoder.Attach(adapter);
            Compute(decoder);
            decoder.Detach();
        });
        Assert.True(computed > 50 && refused > 200, $"{computed} computed, {refused} refused");
    }

    private static void Compute(Decoder decoder)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable _ = torch.no_grad();
        Assert.Equal(
            3, decoder.LogProbs(decoder.Forward(RandomTree.Ids([1, 2, 3]), TreeLayout.Sequence(3)), RandomTree.Ids([2, 3, 4])).shape[0]);
    }

    private static (int Computed, int Refused) Damage(string path, JsonObject settings, IEnumerable<string> keys, Action use)
    {
        (int computed, int refused) = (0, 0);
        foreach (string key in keys.Distinct().ToArray())
        {
            JsonObject rest = settings.DeepClone().AsObject();
            rest.Remove(key);
            foreach (string value in s_values)
            {
                File.WriteAllText(path, $"{rest.ToJsonString()[..^1]},\"{key}\":{value}}}");
                try
                {
                    use();
                    computed++;
                }
                catch (InputException)
                {
                    refused++;
                }
                catch (Exception e)
                {
                    Assert.Fail($"\"{key}\":{value}: {e}");
                }
            }
        }

        return (computed, refused);
    }
}
