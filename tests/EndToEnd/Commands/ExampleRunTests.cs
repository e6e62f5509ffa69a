using System.Diagnostics;

namespace TraceFast.EndToEnd.Commands;

/// <summary>
/// The examples of --help, run as they are printed in a folder that holds what a clone does. Those that take minutes or want a server are
/// read only (ExampleTests).
/// </summary>
public sealed class ExampleRunTests
{
    private const string Prefix = "Example: ";
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    [Fact]
    public void Examples_run_as_printed()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["artifacts"]);
        File.CreateSymbolicLink(folder["models"], Path.Combine(Tests.Oracles.RepositoryRoot, "models"));
        string[][] commands = [
            ["train"], ["generate"], ["logprobs"], ["merge"], ["export"], ["tokenize"], ["detokenize"], ["data"], ["data", "validate"],
            ["data", "stats"], ["data", "synth"], ["data", "quads"],
            ["data", "quads", "prompts"], ["data", "dedup"], ["data", "relabel"], ["data", "failures"], ["eval"],
            ["eval", "compare"], ["eval", "prompts"], ["bench", "ifeval"],
            ["bench", "kernels"], ["bench", "scale"],
            ["completion"]];
        int run = 0;
        foreach (string example in commands.SelectMany(c => CommandHarness.Run([.. c, "--help"]).Succeeds().Output.Split('\n'))
            .Select(l => l.Trim()).Where(l => l.StartsWith(Prefix, StringComparison.Ordinal)).Select(l => l[Prefix.Length..]).Distinct())
        {
            if (example.Contains("http://", StringComparison.Ordinal) || example.Contains("eval --model", StringComparison.Ordinal))
                continue;
            run++;
            Runs(example, folder.Path);
        }

        Assert.True(run >= 20, $"{run} examples");
    }

    private static void Runs(string example, string folder)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "tracefast.dll");
        ProcessStartInfo start = new("bash", ["-c", $"set -e; tracefast() {{ dotnet '{program}' \"$@\"; }}\n{example}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment.Remove("TRACEFAST_ROOT");
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), log = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"still running after {s_patience}: {example}");
        }

        Assert.True(process.ExitCode == 0, $"{example}: exit code {process.ExitCode}\n{output.Result}{log.Result}");
    }
}
