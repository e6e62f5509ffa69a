using System.Diagnostics;
using System.Text.Json;
using TraceFast.Synthesis.Tests.Model;
using TraceFast.Tests;

namespace TraceFast.EndToEnd.Commands;

/// <summary>data quads --from model with a scripted server.</summary>
public sealed class ModelQuadsTests
{
    [Fact]
    public void Quads_are_written_validated_and_the_same_again()
    {
        using TemporaryFolder folder = new();
        using ChatServer server = new((call, _) => ScriptedWriter.Reply(call));
        string[] args = Args(folder, server, 30);
        CommandResult result = CommandHarness.Run([.. args, "--out", folder["a.jsonl"], "--json"]).Succeeds();
        using JsonDocument report = JsonDocument.Parse(Assert.Single(result.Lines));
        int quads = report.RootElement.GetProperty("quads").GetInt32();
        Assert.InRange(quads, 2, 30);
        Assert.Equal(30, quads + report.RootElement.GetProperty("dropped").EnumerateObject().Sum(d => d.Value.GetInt32()));
        Assert.Contains("calls answered", result.Log, StringComparison.Ordinal);
        Assert.Equal(quads, File.ReadAllLines(folder["a.jsonl"]).Length);
        CommandHarness.Run(["data", "validate", folder["a.jsonl"]]).Succeeds();
        int calls = server.Calls.Count;
        CommandHarness.Run([.. args, "--out", folder["b.jsonl"]]).Succeeds();
        Assert.Equal(File.ReadAllText(folder["a.jsonl"]), File.ReadAllText(folder["b.jsonl"]));
        Assert.Equal(calls, server.Calls.Count);
    }

    [Fact]
    public async Task Killed_midway_it_goes_on_and_asks_nothing_twice()
    {
        using TemporaryFolder folder = new();
        using SemaphoreSlim midway = new(0);
        bool slow = true;
        using ChatServer server = new((call, i) =>
        {
            if (i == 25)
                midway.Release();
            return ScriptedWriter.Reply(call) with { Delay = i >= 25 && Volatile.Read(ref slow) ? TimeSpan.FromSeconds(30) : default };
        });
        string[] args = [.. Args(folder, server, 30), "--out", folder["a.jsonl"]];
        using (Process process = CommandHarness.Start(args))
        {
            Assert.True(
                await midway.WaitAsync(TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken), "the program asked too little");
            process.Kill(); // SIGKILL
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.False(File.Exists(folder["a.jsonl"]));
        int kept = Directory.EnumerateFiles(folder["cache"], "*.json", SearchOption.AllDirectories).Count();
        int before = server.Calls.Count;
        Volatile.Write(ref slow, false);
        CommandHarness.Run(args).Succeeds();
        int after = server.Calls.Count - before;
        Assert.InRange(kept, 10, 25);
        Assert.Equal(Directory.EnumerateFiles(folder["cache"], "*.json", SearchOption.AllDirectories).Count() - kept, after);
        Assert.True(File.ReadAllLines(folder["a.jsonl"]).Length > 0);
    }

    [Theory]
    [InlineData("--from model needs a model", "--from", "model")]
    [InlineData(
        "--judge is only for --from model", "--from", "sft", "--judge", "http://127.0.0.1:9/v1", "--judge-model", "m", "--cache", "none")]
    [InlineData(
        "--constraints many: expected", "--from", "model", "--judge", "http://127.0.0.1:9/v1", "--judge-model", "m", "--cache", "none",
        "--constraints", "many")]
    [InlineData(
        "--constraints 3-2: expected", "--from", "model", "--judge", "http://127.0.0.1:9/v1", "--judge-model", "m", "--cache",
        "none", "--constraints", "3-2")]
    public void What_cannot_be_ends_with_exit_code_2(string expected, params string[] args)
    {
        using TemporaryFolder folder = new();
        CommandResult result = CommandHarness.Run(
            ["data", "quads", "--data", Instructions(folder, 2), "--out", folder["out.jsonl"], .. args]);
        Assert.Equal(2, result.Code);
        Assert.Contains(expected, result.Log, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["out.jsonl"]));
    }

    [Fact]
    public void A_bad_record_costs_no_call()
    {
        using TemporaryFolder folder = new();
        using ChatServer server = new((call, _) => ScriptedWriter.Reply(call));
        string[] args = Args(folder, server, 3);
        File.AppendAllText(folder["instructions.jsonl"], "\n{\"instruction\":7,\"output\":\"x\"}");
        CommandResult result = CommandHarness.Run([.. args, "--out", folder["out.jsonl"]]);
        Assert.Equal(2, result.Code);
        Assert.Contains("instructions.jsonl:4", result.Log, StringComparison.Ordinal);
        Assert.Empty(server.Calls);
    }

    private static string[] Args(TemporaryFolder folder, ChatServer server, int count) =>
    [
        "data", "quads", "--from", "model", "--data", Instructions(folder, count), "--judge", server.BaseUrl, "--judge-model", "m",
        "--cache", folder["cache"],
        "--constraints", "1-3", "--exact", "1", "--tries", "1", "--concurrency", "2",
    ];

    private static string Instructions(TemporaryFolder folder, int count) =>
        folder.Write(
            "instructions.jsonl",
            string.Join(
                '\n', Enumerable.Range(0, count)
                    .Select(i =>
                        JsonSerializer.Serialize(new { instruction = $"Write about the old town number {i}", output = "An answer." }))));
}
