using System.Text.Json;

namespace TraceFast.EndToEnd.Commands;

public sealed class DemoTests
{
    private const double LongestSeconds = 300;

    /// <summary>On held-out quads every method raises the margin over its start, and IOPO raises it most.</summary>
    [Fact]
    public void Three_methods_raise_the_margin_and_iopo_most()
    {
        using TemporaryFolder folder = new();
        JsonElement table = JsonDocument.Parse(CommandHarness.Run(["demo", "--model", DemoModel.Folder, "--out", folder["runs"], "--json"]).Succeeds().Output).RootElement;
        Assert.Equal(["start", "sft", "dpo", "iopo"], table.EnumerateObject().Select(p => p.Name));
        Assert.True(Margin("sft") > Margin("start"), table.GetRawText());
        Assert.True(Margin("dpo") > Margin("start"), table.GetRawText());
        Assert.True(Margin("iopo") > Margin("sft") && Margin("iopo") > Margin("dpo"), table.GetRawText());
        Assert.InRange(table.EnumerateObject().Sum(p => p.Value.GetProperty("seconds").GetDouble()), 0, LongestSeconds);

        double Margin(string name) => table.GetProperty(name).GetProperty("margin").GetDouble();
    }
}
