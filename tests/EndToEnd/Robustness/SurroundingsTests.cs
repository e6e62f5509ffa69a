using System.Diagnostics;
using TraceFast.EndToEnd.Commands;

namespace TraceFast.EndToEnd.Robustness;

/// <summary>
/// Machines that have too little of something, each command as a process of its own: it does its work, or it ends with one line that says
/// what is missing and exit code 3; no stack trace, no abort.
/// </summary>
public sealed class SurroundingsTests(Trials trials) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> WithoutSpace => new()
    {
        { "full device", "tokenize --tokenizer models/demo --json" },
        { "full device", "detokenize --tokenizer models/demo" },
        { "full device", "data validate models/demo/data/quads.jsonl" },
        { "full device", "data stats models/demo/data/quads.jsonl --json" },
        { "full device", "logprobs --model models/demo --data models/demo/examples/pairs.jsonl" },
        { "full device", "eval --responses models/demo/examples/ifeval_after.jsonl" },
        { "full device", "completion bash" },
        { "file size", "data synth --count 400 --out OUT/synth" },
        { "file size", "data dedup --data models/demo/data/quads.jsonl --out OUT/unique.jsonl" },
        { "file size", "data stats models/demo/data/quads.jsonl --html OUT/page.html" },
        { "file size", "merge --model models/demo --adapter ADAPTER --out OUT/merged" },
        { "file size", "export --model models/demo --out OUT/exported" },
        { "file size", "train models/demo/iopo.yaml output_dir=OUT/run max_samples=16 max_steps=2 plot_loss=false report_margins=false" },
    };

    [Theory]
    [MemberData(nameof(WithoutSpace))]
    public void No_space_is_one_line_and_exit_code_3(string what, string command)
    {
        CommandResult result = what == "full device"
            ? Run("exec \"$@\" > /dev/full", command) : Run("export DOTNET_EnableWriteXorExecute=0; ulimit -f 16; exec \"$@\"", command);
        Assert.True(result.Code == 3, $"exit code {result.Code}\n{result.Log}");
        Assert.Contains(
            what == "full device" ? "no space is left" : "larger than the limit", Assert.Single(Errors(result)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tokenize --tokenizer models/demo --json")]
    [InlineData("data validate models/demo/data/quads.jsonl --json")]
    [InlineData("data stats models/demo/data/quads.jsonl")]
    [InlineData("completion bash")]
    [InlineData("eval --responses models/demo/examples/ifeval_after.jsonl")]
    public void A_reader_that_is_gone_ends_the_command_quietly(string command)
    {
        CommandResult result = Run("\"$@\" | true; exit ${PIPESTATUS[0]}", command);
        Assert.Equal(0, result.Code);
        Assert.Empty(Errors(result));
    }

    /// <summary>.NET itself needs 27; below that the launcher speaks for it.</summary>
    [Theory]
    [InlineData(48)]
    [InlineData(64)]
    [InlineData(96)]
    [InlineData(160)]
    public void Few_file_handles_are_enough_or_told(int handles)
    {
        foreach (string command in new[]
                 {
                     "train models/demo/iopo.yaml output_dir=OUT/run max_samples=16 max_steps=1 "
                         + "plot_loss=false report_margins=false overwrite_output_dir=true",
                     "data stats models/demo/data/quads.jsonl --tokenizer models/demo",
                     "eval --responses models/demo/examples/ifeval_after.jsonl",
                 })
        {
            CommandResult result = Run($"ulimit -n {handles}; exec \"$@\"", command);
            if (result.Code != 0)
                Assert.True(result.Code == 3, $"{command}: exit code {result.Code}\n{result.Log}");
        }
    }

    [Theory]
    [InlineData("1000000")] // 16 MiB
    [InlineData("1800000")]
    [InlineData("2800000")]
    public void Little_memory_is_enough_or_told(string hexadecimalBytes)
    {
        foreach (string command in new[]
                 {
                     "train models/demo/iopo.yaml output_dir=OUT/run max_steps=2 "
                         + "plot_loss=false report_margins=false overwrite_output_dir=true",
                     "data validate models/demo/data/quads.jsonl", "data synth --count 3000 --out OUT/synth --overwrite",
                     "eval --responses models/demo/examples/ifeval_after.jsonl",
                 })
        {
            CommandResult result = Run("exec \"$@\"", command, ("DOTNET_GCHeapHardLimit", hexadecimalBytes));
            if (result.Code != 0)
                Assert.True(result.Code == 3, $"{command}: exit code {result.Code}\n{result.Log}");
        }
    }

    [Theory]
    [InlineData("ulimit -v 300000", "ulimit -v")]
    [InlineData("ulimit -n 24", "ulimit -n")]
    [InlineData("ulimit -n 64", "ulimit -n")]
    public void Where_net_itself_cannot_start_the_launcher_says_so(string limit, string said)
    {
        CommandResult result = Launch($"{limit}; exec \"$@\"", "data validate models/demo/data/quads.jsonl");
        Assert.True(result.Code == 3, $"exit code {result.Code}\n{result.Log}");
        Assert.Contains(said, Assert.Single(result.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_launcher_starts_net_under_a_limit_on_the_size_of_files()
    {
        CommandResult result = Launch("ulimit -f 16; exec \"$@\"", "data synth --count 400 --out OUT/synth");
        Assert.True(result.Code == 3, $"exit code {result.Code}\n{result.Log}");
        Assert.Contains("larger than the limit", result.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no home", "unset HOME XDG_CACHE_HOME TRACEFAST_CACHE")]
    [InlineData("a home that is not there", "export HOME=/proc/none; unset XDG_CACHE_HOME TRACEFAST_CACHE")]
    [InlineData("a home that can only be read", "export HOME=/sys; unset XDG_CACHE_HOME TRACEFAST_CACHE")]
    public void Without_a_home_the_cache_is_elsewhere_and_named(string what, string setUp)
    {
        CommandResult result = Run(
            $"{setUp}; exec \"$@\"", "eval --model models/demo --bench constraints --data DATA --max-new-tokens 4",
            ("TMPDIR", _folder.Path));
        Assert.True(result.Code == 0, $"{what}: exit code {result.Code}\n{result.Log}");
        if (what != "no home") // the user's entry in passwd may name one
            Assert.Contains($"what is kept for later runs goes to {_folder.Path}/tracefast-", result.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cache_that_nobody_can_write_is_refused_with_the_variable_that_names_another()
    {
        const string Command = "eval --model models/demo --bench constraints --data DATA --max-new-tokens 4";
        CommandResult result = Run(
            "export HOME=/proc/none; unset XDG_CACHE_HOME TRACEFAST_CACHE; exec \"$@\"", Command, ("TMPDIR", "/proc/none"));
        Assert.Equal(3, result.Code);
        Assert.Contains("name one with TRACEFAST_CACHE=DIR", Assert.Single(Errors(result)), StringComparison.Ordinal);
        result = Run("exec \"$@\"", Command, ("TRACEFAST_CACHE", "/proc/none"));
        Assert.Equal(2, result.Code);
        Assert.Contains("name another folder with TRACEFAST_CACHE", Assert.Single(Errors(result)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train models/demo/iopo.yaml output_dir=OUT/run max_samples=16 max_steps=1 plot_loss=false report_margins=false")]
    [InlineData("data synth --count 20 --out OUT/synth")]
    [InlineData("generate --model models/demo --data models/demo/examples/prompts.jsonl --out OUT/answers.jsonl --max-new-tokens 4")]
    public void Without_a_folder_of_temporary_files_commands_work(string command) =>
        Run("exec \"$@\"", command, ("TMPDIR", "/proc/none")).Succeeds();

    private static string[] Errors(CommandResult result) =>
        [.. result.Log.Split('\n').Where(l => l.StartsWith("error: ", StringComparison.Ordinal))];

    private CommandResult Run(string shell, string command, params (string, string)[] environment) =>
        Start(shell, ["dotnet", Path.Combine(AppContext.BaseDirectory, "tracefast.dll")], command, environment);

    private CommandResult Launch(string shell, string command, params (string, string)[] environment)
    {
        CommandHarness.Launch(["--help"], [], TimeSpan.FromMinutes(10)).Succeeds(); // what has to be built is built without the limit
        return Start(shell, [Path.Combine(Tests.Oracles.RepositoryRoot, "tracefast")], command, environment);
    }

    private CommandResult Start(string shell, string[] program, string command, (string, string)[] environment)
    {
        Directory.CreateDirectory(_folder["out"]);
        if (command.Contains("ADAPTER", StringComparison.Ordinal))
            DemoModel.Train(_folder["adapter"]).Succeeds();
        if (command.Contains("DATA", StringComparison.Ordinal))
            _folder.Write("data.jsonl", File.ReadLines(DemoModel.Quads).First() + "\n");
        command = command.Replace("OUT", _folder["out"], StringComparison.Ordinal)
            .Replace("ADAPTER", _folder["adapter"], StringComparison.Ordinal)
            .Replace("DATA", _folder["data.jsonl"], StringComparison.Ordinal);
        ProcessStartInfo start = new("bash", ["-c", shell, "bash", .. program, .. command.Split(' ')])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            WorkingDirectory = Tests.Oracles.RepositoryRoot,
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        long begun = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), log = process.StandardError.ReadToEndAsync();
        try
        {
            for (int i = 0; i < 20_000; i++)
                process.StandardInput.Write(
                    command.StartsWith("detokenize", StringComparison.Ordinal)
                        ? "{\"ids\":[5,6,7]}\n" : "{\"text\":\"Write about tea.\"}\n");
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It reads nothing, or ended before.
        }

        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"still running after {s_patience}: {command}");
        }

        CommandResult result = new(process.ExitCode, output.Result, log.Result);
        trials.Count("poor surroundings", $"{shell}: {command}", result, Stopwatch.GetElapsedTime(begun));
        return result;
    }
}
