using System.Text.Json;
using static TraceFast.Benchmarks.Tests.BenchProgram;

namespace TraceFast.Benchmarks.Tests;

/// <summary><c>bench step</c> through the program's entry point, on a model of a few thousand weights.</summary>
public sealed class BenchCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tracefast-bench").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("float32", false)]
    [InlineData("bfloat16", true)]
    public void The_result_is_one_JSON_object_with_every_figure(string dtype, bool checkpointing)
    {
        string lengths = Path.Combine(_folder, "lengths.json");
        File.WriteAllText(lengths, "[[5,4,6,3],[5,4,6,3],[7,2,1,8],[3,3,3,3],[9,9,9,9],[2,3,4,5]]");
        (int code, string output, string log) = Run(
            ["bench",
                "step", "--model", SmallModel(), "--lengths", lengths, "--quads", "2", "--steps", "2", "--threads", "1", "--dtype", dtype,
                "--profile", "--json", .. checkpointing ? ["--checkpointing"] : Array.Empty<string>()]);
        Assert.True(code == 0, log);
        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement result = document.RootElement;
        Assert.Equal(
            ["quads_per_s",
                "tokens_per_s", "unpadded_tokens_per_s", "s_per_step_median", "s_per_step", "peak_mib", "flop_per_step", "achieved_flops",
                "matmul_peak_flops", "share_of_peak",
                "reference_s", "loss", "quads_per_step", "packed_tokens", "unpadded_tokens", "labels", "dtype", "threads", "processor",
                "libtorch", "kernels", "profile_s"],
            result.EnumerateObject().Select(p => p.Name));
        double[] seconds = [.. result.GetProperty("s_per_step").EnumerateArray().Select(s => s.GetDouble())];
        Assert.Equal(2, seconds.Length);
        Assert.Equal(4 / seconds.Sum(), result.GetProperty("quads_per_s").GetDouble(), 9);
        // Entries 2 to 5: each quad holds x1 + y1 + y2 + x2 + y2 + y1 tokens; 18+2+8, 12+6, 36+18, 14+8.
        Assert.Equal(28 + 18 + 54 + 22, result.GetProperty("packed_tokens").GetInt32());
        Assert.Equal(36 + 24 + 72 + 28, result.GetProperty("unpadded_tokens").GetInt32());
        Assert.Equal(20 + 12 + 36 + 16, result.GetProperty("labels").GetInt32());
        Assert.Equal(dtype, result.GetProperty("dtype").GetString());
        Assert.InRange(result.GetProperty("loss").GetDouble(), 0.6, 0.8); // about log 2 at a margin near 0
        Assert.InRange(result.GetProperty("profile_s").EnumerateObject().Sum(p => p.Value.GetDouble()) / seconds.Sum(), 0.97, 1.03);
        Assert.InRange(result.GetProperty("share_of_peak").GetDouble(), 0, 1);
    }

    [Fact]
    public void A_trace_is_written_with_a_flame_graph_beside_it()
    {
        string trace = Path.Combine(_folder, "step.json");
        string[] command = ["bench", "step", "--model", SmallModel(), "--steps", "2", "--threads", "1", "--dtype", "float32",
            "--trace", trace];
        (int code, string output, string log) = Run([.. command, "--profile"]);
        Assert.True(code == 0, log);
        Assert.Contains("lora_linear backward", output, StringComparison.Ordinal);
        string[] names = [
            .. ProfileFormats.CheckTrace(File.ReadAllText(trace)).Select(e => e.GetProperty("name").GetString()!).Distinct()];
        Assert.Superset(
            new HashSet<string>(["step 1", "step 2", "layer 1", "rms_norm backward", "linear_log_prob", "adamw", "resident memory"]),
            names.ToHashSet());
        string[] frames = ProfileFormats.CheckSpeedscope(File.ReadAllText(Path.ChangeExtension(trace, ".speedscope.json")));
        Assert.Contains("tree_attention backward", frames);

        (code, _, log) = Run(command);
        Assert.Equal(2, code);
        Assert.Contains($"{trace}: is there already", log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "expected a file")]
    public void A_trace_that_cannot_be_written_is_refused_before_anything_is_measured(string name, string expected)
    {
        string trace = Path.Combine(_folder, name);
        (int code, string output, string log) = Run(["bench", "step", "--model", SmallModel(), "--trace", trace]);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains(trace, log, StringComparison.Ordinal);
        Assert.Contains(expected, log, StringComparison.Ordinal);
    }

    [Fact]
    public void Neither_or_both_of_shape_and_model_is_bad_input()
    {
        Assert.Equal(2, Run(["bench", "step", "--json"]).Code);
        Assert.Equal(2, Run(["bench", "step", "--shape", "smollm2-135m", "--model", SmallModel()]).Code);
    }

    [Theory]
    [InlineData("--shape", "nonesuch")]
    [InlineData("--quads", "0")]
    [InlineData("--steps", "-1")]
    [InlineData("--dtype", "float16")]
    [InlineData("--lengths", "/nonexistent/lengths.json")]
    public void A_bad_option_is_named(string option, string value)
    {
        string[] model = option == "--shape" ? [] : ["--model", SmallModel()];
        (int code, string output, string log) = Run(["bench", "step", .. model, option, value, "--json"]);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains(value, log, StringComparison.Ordinal);
    }

    private string SmallModel()
    {
        const string Config =
            """
            {"model_type": "llama", "vocab_size": 64, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2,
             "num_attention_heads": 4, "num_key_value_heads": 2, "hidden_act": "silu", "rms_norm_eps": 1e-5, "tie_word_embeddings": true}
            """;
        string folder = Path.Combine(_folder, "model");
        using Models.Decoder decoder = Models.Decoder.Random(
            TraceFast.Models.Config.DecoderConfig.Parse(Config, "test"), 0, new Models.DecoderOptions());
        decoder.SaveWeights(folder);
        return folder;
    }
}
