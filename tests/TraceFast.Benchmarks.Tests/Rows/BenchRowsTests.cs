using System.Text.Json;
using TraceFast.Benchmarks.Rows;
using TraceFast.Benchmarks.Tests.Kernels;
using static TraceFast.Benchmarks.Tests.BenchProgram;

namespace TraceFast.Benchmarks.Tests.Rows;

/// <summary><c>bench rows</c> through the program's entry point.</summary>
[Collection(nameof(AloneTests))]
public sealed class BenchRowsTests : IDisposable
{
    private static readonly string[] s_times = ["cpu_ms", "wall_ms", "control_cpu_ms", "control_wall_ms", "iterations"],
        s_counts = ["allocated_bytes", "flops", "bytes", "tokens"];

    private static readonly string s_demo = Path.Combine(TraceFast.Tests.Oracles.RepositoryRoot, "models", "demo");

    private readonly int _threads = torch.get_num_threads();

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("TRACEFAST_BENCH_BURN", null);
        Environment.SetEnvironmentVariable(StartUp.Variable, null);
        torch.set_num_threads(_threads);
    }

    [Fact]
    public void All_rows_are_one_JSON_object_with_their_figures()
    {
        Dictionary<string, JsonElement> rows = Measure("--model", s_demo);
        Assert.Equal(["start-up", "tree_attention", "linear_log_prob", "step", "decode"], rows.Keys);
        // This process was not started by the test: no wall time, and nothing that an iteration must do.
        Assert.Equal(s_times.Where(t => t != "wall_ms"), Fields(rows["start-up"]));
        foreach (string row in new[] { "tree_attention", "linear_log_prob", "step" })
            Assert.Equal([.. s_times, .. s_counts, "peak_tensor_bytes"], Fields(rows[row]));
        Assert.Equal([.. s_times, .. s_counts], Fields(rows["decode"]));
        // Tensors that other tests left to their finalizers are freed meanwhile: a process of its own counts the rows' bytes.
        Assert.All(
            rows.Values.SelectMany(r => r.EnumerateObject()).Where(f => f.Name != "peak_tensor_bytes"),
            f => Assert.True(f.Value.GetDouble() > 0, $"{f}"));

        // 15 x (2 x 10 + 4 x 12), 4 x 4 x 51, 2 x 10 + 4 x 12, 4 x (32 + 15)
        Assert.Equal(
            [1020, 816, 68, 188], rows.Where(r => r.Key != "start-up").Select(r => r.Value.GetProperty("tokens").GetInt32()));
        // 4 H + 5 operations a logit.
        Assert.Equal(816.0 * 512 * ((4 * 160) + 5), rows["linear_log_prob"].GetProperty("flops").GetDouble());
        // 14 D + 12 operations a head and visible pair, of which a prompt of 10 has 55 and its response of 12 78 + 12 x 10 = 198.
        Assert.Equal(15 * 2.0 * (55 + (2 * 198)) * 5 * ((14 * 32) + 12), rows["tree_attention"].GetProperty("flops").GetDouble());
    }

    [Fact]
    public void Only_the_named_rows_are_measured_and_those_slowed_down_say_so()
    {
        Environment.SetEnvironmentVariable("TRACEFAST_BENCH_BURN", "linear_log_prob=50,step=5");
        Environment.SetEnvironmentVariable(StartUp.Variable, "1");
        Dictionary<string, JsonElement> rows = Measure("--rows", "linear_log_prob,start-up,tree_attention");
        Assert.Equal(["start-up", "tree_attention", "linear_log_prob"], rows.Keys);
        Assert.Equal(50, rows["linear_log_prob"].GetProperty("burned_percent").GetDouble());
        Assert.False(rows["tree_attention"].TryGetProperty("burned_percent", out _));
        Assert.True(rows["start-up"].GetProperty("wall_ms").GetDouble() > 0);

        (int code, string output, string log) = Run("bench", "rows", "--ms", "1", "--rows", "linear_log_prob");
        Assert.True(code == 0, log);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("linear_log_prob ", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("burned_percent 50", lines[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--rows", "step,steps", "--rows: found 'steps', expected some of start-up, tree_attention, linear_log_prob, step, decode")]
    [InlineData("--rows", "step,", "--rows: found ''")]
    [InlineData("--ms", "0", "--ms: found '0'")]
    [InlineData("--model", "/nonexistent/model", "/nonexistent/model")]
    public void A_bad_option_is_named(string option, string value, string expected) => Refused(expected, option, value);

    [Theory]
    [InlineData("TRACEFAST_BENCH_BURN", "decode:5", "TRACEFAST_BENCH_BURN: found 'decode:5', expected ROW=PERCENT")]
    [InlineData(StartUp.Variable, "soon", "TRACEFAST_STARTED_NS: found 'soon', expected nanoseconds of CLOCK_MONOTONIC")]
    [InlineData(StartUp.Variable, "9223372036854775807", "read before this process was started")]
    public void A_bad_variable_is_named(string variable, string value, string expected)
    {
        Environment.SetEnvironmentVariable(variable, value);
        Refused(expected, "--rows", "start-up");
    }

    private static void Refused(string expected, params string[] options)
    {
        (int code, string output, string log) = Run(["bench", "rows", .. options]);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(expected, log, StringComparison.Ordinal);
    }

    private static Dictionary<string, JsonElement> Measure(params string[] options)
    {
        (int code, string output, string log) = Run(["bench", "rows", "--ms", "1", "--json", .. options]);
        Assert.True(code == 0, log);
        JsonElement all = JsonDocument.Parse(output).RootElement;
        JsonProperty rows = Assert.Single(all.EnumerateObject());
        Assert.Equal("rows", rows.Name);
        return rows.Value.EnumerateObject().ToDictionary(r => r.Name, r => r.Value);
    }

    private static IEnumerable<string> Fields(JsonElement row) => row.EnumerateObject().Select(f => f.Name);
}
