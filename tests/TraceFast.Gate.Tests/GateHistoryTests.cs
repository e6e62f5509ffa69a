using TraceFast.Data;
using TraceFast.Gate.Reports;
using TraceFast.Tests;

namespace TraceFast.Gate.Tests;

public sealed class GateHistoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A chain of versions: levels are products of the slowdowns, whatever the machine made of the figures.</summary>
    [Fact]
    public void Levels_follow_the_slowdowns_along_the_versions()
    {
        HistoryRun[] runs = [Run("0", "1", 0.10, 100), Run("1", "2", 0, 250), Run("2", "3", -0.5, 50)];
        Assert.Equal([1.1, 1.1, 0.55], GateHistory.Levels(runs, "ms").Select(l => Math.Round(l, 9)));
        Assert.All(GateHistory.Levels(runs, "other"), l => Assert.True(double.IsNaN(l)));
    }

    /// <summary>A base that no run knows: its figure against the first one's. Two branches of one base begin at its level.</summary>
    [Fact]
    public void A_gap_is_bridged_by_the_figures()
    {
        HistoryRun[] runs = [Run("0", "1", 0.10, 100), Run("7", "8", 0.5, 130), Run("0", "9", 0.2, 999)];
        Assert.Equal([1.1, 1.95, 1.2], GateHistory.Levels(runs, "ms").Select(l => Math.Round(l, 9)));
    }

    [Fact]
    public void Change_points_are_where_the_level_changes_for_good()
    {
        double[] noise = [0.004, -0.006, 0.002, 0.005, -0.003, 0.001, -0.002, 0.006, -0.004, 0.003, -0.001, 0.002];
        double[] levels = [.. noise.Select((n, i) => (i < 5 ? 1 : 0.7) * (1 + n))];
        Assert.Equal([5], GateHistory.ChangePoints(levels));
        Assert.Empty(GateHistory.ChangePoints([.. noise.Select(n => 1 + n)]));
        Assert.Empty(GateHistory.ChangePoints([1, 2]));
        // A version that was not measured is no point, and shifts no index.
        Assert.Equal([6], GateHistory.ChangePoints([.. levels[..2], double.NaN, .. levels[2..]]));
    }

    [Fact]
    public void The_page_of_real_results_has_rows_runs_and_changes()
    {
        using SmallRepository repository = new();
        File.WriteAllText(repository.Suite, """
            name: small
            commands:
              - name: bench
                run: sh ./bench.sh
                rows:
                  - {name: ms, json: ms, count: true}
                  - {name: never, counter: cycles, count: true}
            """);
        int[] ms = [1000, 1002, 999, 1001, 700, 702, 699, 701, 703];
        for (int i = 0; i < ms.Length; i++)
            repository.Commit($"v{i}", "bench.sh", $"echo '{{\"ms\": {ms[i]}}}'\n");
        for (int i = 1; i < ms.Length; i++)
            repository.Run($"v{i - 1}", $"v{i}");
        string results = repository[BenchmarkGate.RunsFolder];
        IReadOnlyList<HistoryRun> runs = GateHistory.Read(results);
        Assert.Equal(ms.Length - 1, runs.Count);
        Assert.Equal(ms.Skip(1), runs.Select(r => (int)r.Rows.Single(w => w.Row == "ms").Head));
        string page = GateHistory.Page(results, runs);
        Assert.Contains("<h2>Change points</h2>", page, StringComparison.Ordinal);
        Assert.Contains("-30.1 %", page, StringComparison.Ordinal);
        Assert.Contains("level, % of the first base", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no json", "no result of bench gate")]
    [InlineData("{}", "no result of bench gate")]
    [InlineData("[]", "no result of bench gate")]
    [InlineData("{\"suite\": null, \"machine\": \"\", \"verdict\": \"\"}", "suite is null")]
    public void What_is_no_result_is_named(string text, string message)
    {
        _folder.Write("one/result.json", text);
        string found = Assert.Throws<InputException>(() => GateHistory.Read(_folder.Path)).Message;
        Assert.StartsWith(_folder["one/result.json"] + ": ", found, StringComparison.Ordinal);
        Assert.Contains(message, found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_results_is_an_error()
    {
        Assert.EndsWith(
            "no result.json below it; expected results of bench gate",
            Assert.Throws<InputException>(() => GateHistory.Read(_folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "there is no such folder", Assert.Throws<InputException>(() => GateHistory.Read(_folder["none"])).Message,
            StringComparison.Ordinal);
    }

    private static HistoryRun Run(string @base, string head, double slowdown, double figure) => new(
        "x", "suite", "machine", "no_regression", new HistoryVersion(@base, @base, @base, DateTimeOffset.UnixEpoch),
        new HistoryVersion(head, head, head, DateTimeOffset.UnixEpoch),
        [new HistoryRow("ms", "within_budget", slowdown, null, null, figure, figure * (1 + slowdown))]);
}
