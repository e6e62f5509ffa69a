using System.Diagnostics;
using System.Text;
using static TraceFast.Cli.Tests.Called;

namespace TraceFast.Cli.Tests;

/// <summary>The scripts for shells: bash's is run by bash; the others name every command and option.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("tracefast ", "demo train generate logprobs merge export tokenize detokenize data eval bench completion")]
    [InlineData("tracefast tr", "train")]
    [InlineData("tracefast data ", "validate stats synth quads dedup relabel failures")]
    [InlineData("tracefast data valid", "validate")]
    [InlineData("tracefast data validate --st", "--stage")]
    [InlineData("tracefast data validate --stage ", "sft dpo iopo grpo")]
    [InlineData("tracefast data validate x.jsonl --stage d", "dpo")]
    [InlineData("tracefast generate --max-new-tokens 5 --preci", "--precision")]
    [InlineData("tracefast generate --precision int", "int8 int4")]
    [InlineData("tracefast generate --model ", "")]
    [InlineData("tracefast eval --bench tr", "trace")]
    [InlineData("tracefast eval comp", "compare")]
    [InlineData("tracefast eval compare --bench c", "constraints cfbench complexbench")]
    [InlineData("tracefast completion z", "zsh")]
    [InlineData("tracefast --v", "--version")]
    public void Bash_completes(string line, string expected)
    {
        string script = Run("completion", "bash").Output;
        string[] words = line.Split(' ');
        string test = $"{script}\nCOMP_WORDS=({string.Join(' ', words.Select(w => $"'{w}'"))})\nCOMP_CWORD={words.Length - 1}\n"
            + $"_tracefast\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n";
        using Process bash = Process.Start(
            new ProcessStartInfo("bash", ["--norc", "-s"]) { RedirectStandardInput = true, RedirectStandardOutput = true,
                RedirectStandardError = true })!;
        bash.StandardInput.Write(test);
        bash.StandardInput.Close();
        string[] found = bash.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("", bash.StandardError.ReadToEnd());
        Assert.Equal(
            expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public void Every_command_and_option_is_named(string shell)
    {
        (int code, string script, string log) = Run("completion", shell);
        Assert.Equal((0, ""), (code, log));
        using CommandStreams streams = new(Stream.Null, Stream.Null, TextWriter.Null);
        foreach (CompletionEntry entry in CompletionEntry.Of(CommandLine.Build(streams, CancellationToken.None).Subcommands))
        {
            Assert.Contains($"\"{entry.Path}\"", script, StringComparison.Ordinal);
            foreach (CompletionOption option in entry.Options)
                Assert.Contains(shell == "fish" ? $"-l {option.Name[2..]} " : option.Name, script, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("decode-worker", script, StringComparison.Ordinal);
        Assert.Equal(2, Run("completion", "tcsh").Code);
    }

    /// <summary>Where the shell is there, it reads its script.</summary>
    [Theory]
    [InlineData("bash", "-n")]
    [InlineData("zsh", "-n")]
    [InlineData("fish", "--no-execute")]
    public void A_shell_reads_its_script(string shell, string check)
    {
        string program = Path.Combine("/usr/bin", shell);
        Assert.SkipUnless(File.Exists(program), $"there is no {program}: apt-get install {shell}");
        string path = Path.Combine(Path.GetTempPath(), $"tracefast-completion-{Environment.ProcessId}-{shell}");
        File.WriteAllText(path, Run("completion", shell).Output, new UTF8Encoding(false));
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, [check, path]) { RedirectStandardError = true })!;
            Assert.Equal("", process.StandardError.ReadToEnd());
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
