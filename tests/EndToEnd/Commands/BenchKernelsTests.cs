using System.Text.Json;
using TraceFast.Tests;

namespace TraceFast.EndToEnd.Commands;

/// <summary><c>bench kernels</c> as a user calls it: the command starts the program that measures.</summary>
public sealed class BenchKernelsTests
{
    private const string Case = "rms_norm/smollm2-135m/forward/float32/cpu";

    [Fact]
    public void A_short_run_prints_one_JSON_object_and_writes_the_page()
    {
        using TemporaryFolder folder = new();
        CommandResult result = CommandHarness.Run(
            ["bench", "kernels", "--short", "--filter", "*rms_norm*float32/cpu", "--threads", "1", "--json", "--html", folder["page.html"]])
            .Succeeds();
        using JsonDocument document = JsonDocument.Parse(Assert.Single(result.Lines));
        JsonElement[] kernels = [.. document.RootElement.GetProperty("kernels").EnumerateArray()];
        Assert.Equal(["forward", "backward"], kernels.Select(k => k.GetProperty("direction").GetString()));
        Assert.Equal(Case, kernels[0].GetProperty("name").GetString());
        Assert.All(kernels, k => Assert.InRange(k.GetProperty("share_of_roofline").GetDouble(), 1e-4, 1e2));
        Assert.Contains($"1/2 {Case}", result.Log, StringComparison.Ordinal);
        string page = File.ReadAllText(folder["page.html"]);
        Assert.Contains("<svg", page, StringComparison.Ordinal);
        Assert.Contains("rms_norm, cpu", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_filter_that_matches_nothing_is_bad_input_with_what_there_is()
    {
        CommandResult result = CommandHarness.Run(["bench", "kernels", "--filter", "rmsnorm", "--json"]);
        Assert.Equal(2, result.Code);
        Assert.Empty(result.Output);
        Assert.Contains("error: --filter rmsnorm: matches none", result.Log, StringComparison.Ordinal);
        Assert.Contains("rms_norm, rope, swiglu", result.Log, StringComparison.Ordinal);
    }
}
