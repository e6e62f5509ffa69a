using System.Diagnostics;
using System.Text.Json;

namespace TraceFast.EndToEnd.Commands;

/// <summary>What `dotnet publish` makes runs by itself: it carries libtorch, its binding and the kernels.</summary>
public sealed class PublishedFolderTests
{
    [Fact]
    public void A_published_folder_scores_a_response()
    {
        using TemporaryFolder folder = new();
        string data = folder.Write("data.jsonl", """{"prompt":"Write about tea.","response":"Tea is warm."}""");
        string project = Path.Combine(Tests.Oracles.RepositoryRoot, "src", "TraceFast.Cli", "TraceFast.Cli.csproj");
        Run("dotnet", "publish", project, "-c", "Release", "--no-build", "--nologo", "-o", folder["published"]);
        Assert.All(Directory.GetFiles(folder["published"]), file => Assert.Null(File.ResolveLinkTarget(file, returnFinalTarget: false)));
        string line = Run("dotnet", folder["published/tracefast.dll"], "logprobs", "--model", DemoModel.Folder, "--data", data, "--json");
        double expected = LogProb(
            CommandHarness.Run(["logprobs", "--model", DemoModel.Folder, "--data", data, "--json"]).Succeeds().Output);
        Assert.Equal(expected, LogProb(line), 1e-4);

        // Without libtorch it says so, whatever NuGet's folder on this machine has.
        File.Delete(folder["published/libtorch_cpu.so"]);
        (int code, string output, string errors) = Ends(
            "dotnet", folder["published/tracefast.dll"], "logprobs", "--model", DemoModel.Folder, "--data", data, "--json");
        Assert.Equal((3, ""), (code, output));
        Assert.Contains("libtorch 2.10.0 does not load", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["published/cpu"]));

        static double LogProb(string json) => JsonDocument.Parse(json).RootElement.GetProperty("logp").GetDouble();
    }

    private static string Run(string program, params string[] arguments)
    {
        (int code, string output, string errors) = Ends(program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}: {output}{errors}");
        return output;
    }

    private static (int Code, string Output, string Errors) Ends(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program) { RedirectStandardOutput = true, RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath() };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
