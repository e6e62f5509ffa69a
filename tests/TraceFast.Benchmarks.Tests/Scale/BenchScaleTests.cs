using System.Text.Json;
using static TraceFast.Benchmarks.Tests.BenchProgram;

namespace TraceFast.Benchmarks.Tests.Scale;

/// <summary><c>bench scale</c> through the program's entry point, with given constants.</summary>
public sealed class BenchScaleTests : IDisposable
{
    private static readonly string[] s_network = ["--latency", "1.5us", "--bandwidth", "100Gbit/s"];
    private static readonly string[] s_machine = ["--flops", "400GFLOP/s", "--memory-bandwidth", "100GB/s", "--memory", "80GiB"];

    private readonly string _folder = Directory.CreateTempSubdirectory("tracefast-scale").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_model_is_predicted_both_ways_on_every_number_of_ranks()
    {
        (int code, string output, string log) = Run(["bench", "scale", .. s_network, .. s_machine, "--json"]);
        Assert.True(code == 0, log);
        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement root = document.RootElement;
        Assert.Equal(1.5e-6, root.GetProperty("latency_s").GetDouble(), 12);
        Assert.Equal(12.5e9, root.GetProperty("bandwidth_bytes_per_s").GetDouble(), 1.0);
        Assert.Equal(400e9, root.GetProperty("achieved_flops").GetDouble());
        Assert.Equal("bfloat16", root.GetProperty("dtype").GetString());
        Assert.Equal(80.0 * (1 << 30), root.GetProperty("memory_bytes").GetDouble());
        Assert.All(
            root.GetProperty("sources").EnumerateArray(), s => Assert.Contains("as given", s.GetString(), StringComparison.Ordinal));
        JsonElement[] predictions = [.. root.GetProperty("predictions").EnumerateArray()];
        Assert.Equal(10 * 2 * 11, predictions.Length);
        foreach (JsonElement p in predictions)
        {
            Assert.InRange(p.GetProperty("efficiency").GetDouble(), 0.01, 1);
            double parts = p.EnumerateObject().Where(f => f.Name is "s_compute" or "s_network_bandwidth" or "s_network_latency"
                or "s_memory_bandwidth" or "s_gpu_link").Sum(f => f.Value.GetDouble());
            Assert.Equal(1, parts / p.GetProperty("s_per_step").GetDouble(), 9);
        }
        JsonElement largest = predictions[^1];
        Assert.Equal(("llama-3.1-70b", "full", 1024, "memory size"),
            (largest.GetProperty("model").GetString(), largest.GetProperty("method").GetString(), largest.GetProperty("ranks").GetInt32(),
                largest.GetProperty("limit").GetString()));
    }

    [Fact]
    public void People_read_where_each_constant_is_from()
    {
        (int code, string output, string log) = Run(
            ["bench", "scale", .. s_network, .. s_machine, "--model", "qwen2.5-0.5b", "--ranks", "1", "8"]);
        Assert.True(code == 0, log);
        Assert.Contains("network: latency 1.5 us, bandwidth 12.5 GB/s", output, StringComparison.Ordinal);
        Assert.Contains("network: as given", output, StringComparison.Ordinal);
        Assert.Matches(@"qwen2\.5-0\.5b +full +8 ", output);
    }

    [Fact]
    public void Markdown_has_a_row_for_each_model_and_method()
    {
        (int code, string output, string log) = Run(
            ["bench", "scale", .. s_network, .. s_machine, "--model", "qwen2.5-0.5b", "qwen2.5-32b", "--ranks", "1", "8", "--markdown"]);
        Assert.True(code == 0, log);
        string[] rows = [.. output.Split('\n').Where(l => l.StartsWith('|'))];
        Assert.Equal(2 + 4, rows.Length);
        Assert.All(rows, r => Assert.Equal(8, r.Count(c => c == '|')));
        Assert.EndsWith("| - | - |", rows[^1], StringComparison.Ordinal); // does not fit
    }

    [Fact]
    public void Compute_is_read_from_what_bench_step_wrote()
    {
        string file = Path.Combine(_folder, "step.json");
        File.WriteAllText(file, """{"achieved_flops": 3e11, "share_of_peak": 0.5, "dtype": "float32", "threads": 2}""");
        string[] command =
            ["bench", "scale", .. s_network, "--memory-bandwidth", "100GB/s", "--step-json", file, "--ranks", "2", "--json"];
        (int code, string output, string log) = Run(command);
        Assert.True(code == 0, log);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.Equal(3e11, document.RootElement.GetProperty("achieved_flops").GetDouble());
        Assert.Equal("float32", document.RootElement.GetProperty("dtype").GetString());

        File.WriteAllText(file, """{"achieved_flops": -1, "share_of_peak": 0.5, "dtype": "float32", "threads": 2}""");
        (code, _, log) = Run(command);
        Assert.Equal(2, code);
        Assert.Contains($"{file}: 'achieved_flops': found -1, expected a number above 0", log, StringComparison.Ordinal);
    }

    [Fact]
    public void One_batch_is_dealt_out_among_ranks_that_divide_it()
    {
        string[] command = ["bench", "scale", .. s_network, .. s_machine, "--model", "smollm2-135m", "--global-batch", "48", "--json"];
        (int code, string output, string log) = Run(command);
        Assert.True(code == 0, log);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.Equal(
            [1, 2, 4, 8, 16, 1, 2, 4, 8, 16],
            document.RootElement.GetProperty("predictions").EnumerateArray().Select(p => p.GetProperty("ranks").GetInt32()));
        (code, _, log) = Run([.. command, "--ranks", "3", "5"]);
        Assert.Equal(2, code);
        Assert.Contains("--ranks: found 5, expected numbers that divide --global-batch 48", log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("found no network, expected --latency and --bandwidth, or their measurement between two ranks: mpirun -np 2")]
    [InlineData("--ping-pong: found one process, expected two or more", "--ping-pong")]
    [InlineData("found one of --latency and --bandwidth, expected both", "--latency", "1us")]
    [InlineData("--latency: found '1', expected a number above 0 with one of the units s, ms, us, ns", "--latency", "1")]
    [InlineData("--latency: found '-1us', expected", "--latency", "-1us")]
    [InlineData("--bandwidth: found '10Gb/s', expected a number above 0 with one of the units", "--bandwidth", "10Gb/s")]
    [InlineData("found --ping-pong beside --latency", "NETWORK", "--ping-pong")]
    [InlineData("found --check without --ping-pong", "NETWORK", "--check", "lora")]
    [InlineData("found --accumulation beside --global-batch", "NETWORK", "--accumulation", "2", "--global-batch", "4")]
    [InlineData("found --flops beside --step-json", "NETWORK", "--flops", "1TFLOP/s", "--step-json", "x")]
    [InlineData("found --dtype beside --step-json", "NETWORK", "--dtype", "float32", "--step-json", "x")]
    [InlineData("found one of --gpu-bandwidth and --gpu-link", "NETWORK", "--gpu-link", "50GB/s")]
    [InlineData("found a GPU without its memory and rate", "NETWORK", "--gpu-link", "50GB/s", "--gpu-bandwidth", "3TB/s")]
    [InlineData("found --markdown beside --json", "NETWORK", "--markdown", "--json")]
    [InlineData("--model: found 'gpt-2', expected smollm2-135m or", "NETWORK", "MACHINE", "--model", "gpt-2")]
    [InlineData("--ranks: found '0', expected a whole number", "NETWORK", "--ranks", "0")]
    [InlineData("nofile.json: the file is missing", "NETWORK", "--step-json", "nofile.json", "--memory-bandwidth", "1GB/s")]
    public void A_bad_option_is_named(string message, params string[] options)
    {
        (int code, string output, string log) = Run(
            ["bench", "scale", .. options.SelectMany(o => o switch { "NETWORK" => s_network, "MACHINE" => s_machine, _ => [o] })]);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains(message, log, StringComparison.Ordinal);
    }
}
