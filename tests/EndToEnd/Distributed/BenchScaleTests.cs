using System.Text.Json;
using System.Text.RegularExpressions;

namespace TraceFast.EndToEnd.Distributed;

/// <summary><c>bench scale</c> on ranks: what it measures between them.</summary>
public sealed class BenchScaleTests
{
    /// <summary>
    /// Bounds that hold on a busy machine, where an exchange waits for a process: three orders of magnitude above its prediction.
    /// </summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_ping_pong_gives_the_network_and_the_exchange_is_near_its_prediction(int ranks)
    {
        string output = MpiJob.Run(
            ranks, "bench", "scale", "--ping-pong", "--check", "lora", "--flops", "400GFLOP/s", "--model", "smollm2-135m", "--json",
            "--threads", "1").Succeeds().Output;
        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement root = document.RootElement;
        Assert.InRange(root.GetProperty("latency_s").GetDouble(), 1e-8, 1);
        Assert.InRange(root.GetProperty("bandwidth_bytes_per_s").GetDouble(), 1e6, 1e12);
        JsonElement[] times = [.. root.GetProperty("ping_pong").EnumerateArray()];
        Assert.Equal(Enumerable.Range(3, 24).Select(i => 1 << i), times.Select(t => t.GetProperty("bytes").GetInt32()));
        Assert.All(times, t => Assert.InRange(t.GetProperty("s_least").GetDouble(), 1e-9, t.GetProperty("s_median").GetDouble()));
        // 8 MiB take longer than 8 bytes, on any network.
        Assert.True(times[20].GetProperty("s_least").GetDouble() > times[0].GetProperty("s_least").GetDouble());
        JsonElement[] checks = [.. root.GetProperty("checks").EnumerateArray()];
        Assert.Equal(["ordered", "fast"], checks.Select(c => c.GetProperty("reduction").GetString()));
        Assert.All(checks, c => Assert.InRange(
            c.GetProperty("s_measured").GetDouble() / c.GetProperty("s_predicted").GetDouble(), 0.05, 1000));
        Assert.Equal(22, root.GetProperty("predictions").GetArrayLength());
    }

    [Fact]
    public void Ranks_without_a_measurement_are_refused_once()
    {
        CommandResult result = MpiJob.Run(2, "bench", "scale", "--latency", "1us", "--bandwidth", "1GB/s");
        Assert.Equal(2, result.Code);
        Assert.Single(Regex.Matches(result.Log, "error: bench scale: found 2 processes without --ping-pong"));
    }
}
