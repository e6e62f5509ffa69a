using System.Diagnostics;
using System.Globalization;
using System.Text;
using TraceFast.Tests;

namespace TraceFast.EndToEnd.Commands;

/// <summary>One SIGINT or SIGTERM ends every command with exit code 130, also one that waits for input or reads a long file.</summary>
public sealed class SignalTests
{
    /// <summary>More than the program gives a command to end in order, on a busy machine.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("INT", "tokenize", "--json")]
    [InlineData("TERM", "tokenize", "--json")]
    [InlineData("INT", "detokenize")]
    [InlineData("TERM", "detokenize")]
    public async Task What_waits_for_input_ends(string signal, string command, params string[] options)
    {
        using Process process = CommandHarness.Start([command, "--tokenizer", DemoModel.Folder, .. options]);
        // Enough that some output is written: then the command is under way.
        string line = command == "tokenize" ? "{\"text\":\"Write about tea.\"}\n" : "{\"ids\":[5,6,7,8]}\n";
        Task writing = process.StandardInput.WriteAsync(string.Concat(Enumerable.Repeat(line, 20_000)));
        Assert.NotNull(await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        // Read while it is written: a full pipe would stop the command before all of the input is read.
        Task<string> rest = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await writing;
        await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        Ends(process, signal);
        Assert.All((await rest).Split('\n').SkipLast(1), l => Assert.EndsWith("}", l, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("INT", "data", "validate")]
    [InlineData("TERM", "data", "validate")]
    [InlineData("INT", "data", "stats")]
    [InlineData("TERM", "data", "stats", "--tokenizer", "models/demo")]
    public void What_reads_a_long_file_ends(string signal, params string[] command)
    {
        using TemporaryFolder folder = new();
        string quads = File.ReadAllText(DemoModel.Quads);
        using (StreamWriter writer = new(folder["long.jsonl"]))
            for (int i = 0; i < 1500; i++)
                writer.Write(quads);
        using Process process = CommandHarness.Start([.. command, folder["long.jsonl"]]);
        Assert.Contains("long.jsonl", process.StandardError.ReadLine(), StringComparison.Ordinal);
        Ends(process, signal);
    }

    private static void Ends(Process process, string signal)
    {
        StringBuilder log = new();
        Task reading = Task.Run(() => log.Append(process.StandardError.ReadToEnd()));
        using Process kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        bool ended = process.WaitForExit(s_patience);
        if (!ended)
            process.Kill();
        reading.Wait(s_patience);
        Assert.True(ended, $"still running after {s_patience.TotalSeconds} s");
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("interrupted", log.ToString(), StringComparison.Ordinal);
    }
}
