using System.Diagnostics;
using System.Text.Json;

namespace TraceFast.EndToEnd.Commands;

/// <summary>The gate as a maintainer of any repository runs it: what it prints and its exit codes.</summary>
public sealed class BenchGateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public BenchGateTests()
    {
        File.WriteAllText(
            _folder["suite.yaml"],
            "commands: [{name: bench, run: sh bench.sh, rows: [{name: time, json: ms, unit: ms}, {name: size, files: '*.sh', count: true}]}]\n");
        Run("git", "init", "--quiet", "--initial-branch=main");
        Commit("old", 1000);
        Commit("slow", 1100);
        Commit("fast", 1001);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void No_regression_is_0_with_a_table()
    {
        CommandResult result = Gate("--base", "slow", "--head", "fast");
        Assert.True(result.Code == 0, result.Log);
        Assert.Matches(@"time +faster +-9\.\d %", result.Output);
        Assert.Matches(@"size +within budget", result.Output);
        Assert.Matches(@"\nno regression \(2 rows, \d+ processes, ", result.Output);
    }

    [Fact]
    public void A_regression_is_1_as_JSON_and_as_Markdown()
    {
        CommandResult json = Gate("--base", "old", "--head", "slow", "--json");
        Assert.True(json.Code == 1, json.Log);
        using JsonDocument document = JsonDocument.Parse(json.Output);
        Assert.Equal("regression", document.RootElement.GetProperty("verdict").GetString());
        JsonElement row = document.RootElement.GetProperty("rows")[0];
        Assert.Equal("confirmation", row.GetProperty("stage").GetString());
        Assert.InRange(row.GetProperty("slowdown").GetDouble(), 0.09, 0.11);
        // The same measurements again, from the journal.
        CommandResult markdown = Gate("--base", "old", "--head", "slow", "--markdown");
        Assert.Equal(1, markdown.Code);
        Assert.StartsWith("**regression: time (2 rows", markdown.Output, StringComparison.Ordinal);
        Assert.Contains("| time | REGRESSION | +", markdown.Output, StringComparison.Ordinal);
        Assert.Matches(@"\d+ processes were measured before", markdown.Log);
    }

    [Fact]
    public void What_cannot_be_decided_is_3_and_wrong_usage_2()
    {
        Assert.Equal(2, Gate("--base", "fast", "--head", "old").Code);
        Assert.Equal(2, Gate("--base", "nothing").Code);
        Assert.Equal(2, Gate("--base", "old", "--suite", "none.yaml").Code);
        Assert.Equal(2, Gate("--base", "old", "--json", "--markdown").Code);
        File.WriteAllText(_folder["bench.sh"], "echo none\n");
        CommandResult missing = Gate("--base", "old");
        Assert.True(missing.Code == 3, missing.Log);
        Assert.Contains("error: head: row 'time' (suite.yaml:1): json ms: the output is no JSON", missing.Log, StringComparison.Ordinal);
    }

    private CommandResult Gate(params string[] arguments) => Run(
        "dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "tracefast.dll"), "bench", "gate",
            .. arguments.Contains("--suite") ? Array.Empty<string>() : ["--suite", "suite.yaml"], .. arguments,
        ]);

    private void Commit(string tag, int milliseconds)
    {
        File.WriteAllText(_folder["bench.sh"], $"echo \"{{\\\"ms\\\": $(( {milliseconds} + $$ % 3 ))}}\"\n");
        Run("git", "add", "--all");
        Run("git", "-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "--quiet", "-m", tag);
        Run("git", "tag", tag);
    }

    private CommandResult Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = _folder.Path, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(program != "git" || process.ExitCode == 0, error.Result);
        return new CommandResult(process.ExitCode, output, error.Result);
    }
}
