using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace TraceFast.EndToEnd.Commands;

/// <summary><c>bench rows</c> as a comparison of two builds starts it: a process each time.</summary>
public sealed class BenchRowsTests
{
    /// <summary>Counts, and the share that they may differ by: the runtime's own threads allocate now and then on a busy machine.</summary>
    private static readonly (string Name, double Share)[] s_counts =
        [("allocated_bytes", 0.01), ("flops", 0), ("bytes", 0), ("tokens", 0), ("peak_tensor_bytes", 0)];

    [Fact]
    public void Two_processes_count_the_same_and_time_their_own_start()
    {
        Dictionary<string, JsonElement> first = Measure("linear_log_prob=20"), second = Measure("start-up=300");
        Assert.Equal(first.Keys, second.Keys);
        foreach ((string row, JsonElement one) in first.Where(r => r.Key != "start-up"))
            foreach ((string name, double share) in s_counts.Where(c => one.TryGetProperty(c.Name, out _)))
            {
                double count = one.GetProperty(name).GetDouble(), other = second[row].GetProperty(name).GetDouble();
                Assert.True(Math.Abs(other - count) <= share * count, $"{row} {name}: {count} and {other}");
            }
        // Forward and backward of a row alone: operands and gradients of q, k, v and one each of the result, 68 x 160 floats each.
        Assert.InRange(first["tree_attention"].GetProperty("peak_tensor_bytes").GetInt64(), 8 * 68 * 160 * 4, 16 * 68 * 160 * 4);
        Assert.True(first["linear_log_prob"].GetProperty("peak_tensor_bytes").GetInt64() > 0);
        Assert.True(first["step"].GetProperty("peak_tensor_bytes").GetInt64() > 0);
        double start = Number(first, "cpu_ms") / Number(first, "control_cpu_ms"),
            slow = Number(second, "cpu_ms") / Number(second, "control_cpu_ms");
        Assert.InRange(slow / start, 1.3, 14); // 4 where the machine does nothing else
        Assert.InRange(Number(first, "wall_ms"), 20, 60_000);
        Assert.Equal(300, Number(second, "burned_percent"));

        static double Number(Dictionary<string, JsonElement> rows, string field) => rows["start-up"].GetProperty(field).GetDouble();
    }

    private static Dictionary<string, JsonElement> Measure(string burn)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "tracefast.dll");
        ProcessStartInfo start = new("dotnet", [program, "bench", "rows", "--ms", "20", "--json"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Tests.Oracles.RepositoryRoot,
        };
        start.Environment["DOTNET_TieredCompilation"] = "0";
        start.Environment["TRACEFAST_BENCH_BURN"] = burn;
        start.Environment["TRACEFAST_STARTED_NS"] = Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture);
        using Process process = Process.Start(start)!;
        Task<string> log = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, log.Result);
        using JsonDocument document = JsonDocument.Parse(output);
        return document.RootElement.GetProperty("rows").EnumerateObject().ToDictionary(r => r.Name, r => r.Value.Clone());
    }
}
