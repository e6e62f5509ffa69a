using System.CommandLine;
using static TraceFast.Cli.Tests.Called;

namespace TraceFast.Cli.Tests;

/// <summary>
/// Every option of every command with values that are none: wrong usage, told by the option's name; the program never breaks off.
/// </summary>
public sealed class OptionTableTests
{
    private static readonly Type[] s_whole = [typeof(int), typeof(int?), typeof(ulong), typeof(int[])],
        s_real = [typeof(double), typeof(double?)];

    private static readonly string[] s_garbage = [
        "abc", "", " ", "NaN", "-NaN", "Infinity", "1e999", "-1e300", "99999999999999999999999", "1,5", "0x10", "\u0663", "💥"];

    public static TheoryData<string> Commands
    {
        get
        {
            TheoryData<string> paths = [];
            foreach ((string path, Command _) in All())
                paths.Add(path);
            return paths;
        }
    }

    [Fact]
    public void The_table_holds_what_it_is_about()
    {
        Option[] options = [.. All().SelectMany(c => c.Command.Options)];
        Assert.True(options.Count(o => s_whole.Contains(o.ValueType)) > 40, "whole numbers");
        Assert.True(options.Count(o => s_real.Contains(o.ValueType)) > 10, "numbers");
        Assert.True(options.Length > 150, "options");
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void What_is_no_value_is_wrong_usage(string path)
    {
        foreach (Option option in All().Single(c => c.Path == path).Command.Options.Where(o => o.Name is not ("--help" or "--version")))
        {
            foreach (string value in s_garbage)
            {
                // The last word is wrong in any case: nothing runs where a value can be.
                (int code, string output, string log) = Run([.. path.Split(' '), option.Name, value, "--no-such-option"]);
                Assert.True((code, output) == (2, ""), $"{path} {option.Name}={value}: exit code {code}\n{output}{log}");
                Assert.DoesNotContain("System.", log, StringComparison.Ordinal);
                Assert.DoesNotContain("fault of the program", log, StringComparison.Ordinal);
                // demo first says that these two belong to another one of its options.
                if (IsRefused(option, value) && !(path == "demo" && option.Name is "--trials" or "--seed"))
                    Assert.True(
                        log.Contains($"error: {option.Name}: found", StringComparison.Ordinal),
                        $"{path} {option.Name}={value} is not named\n{log}");
            }
        }
    }

    [Theory]
    [InlineData("generate --batch=0", "--batch: found '0', expected a whole number from 1 to 4096")]
    [InlineData("generate --top-p=1.5", "--top-p: found '1.5', expected a number above 0 and at most 1")]
    [InlineData("generate --temperature=-1", "--temperature: found '-1', expected a number from 0")]
    [InlineData("generate --json=maybe", "Unrecognized argument 'maybe'.")]
    [InlineData("bench decode --batch 1 8 x", "--batch: found 'x', expected a whole number from 1 to 4096")]
    [InlineData("data synth --obey=2", "--obey: found '2', expected a number from 0 to 1")]
    [InlineData("data dedup --near=0", "--near: found '0', expected a number above 0 and at most 1")]
    [InlineData("data synth --seed=-1", "--seed: found '-1', expected a whole number from 0 to 18446744073709551615")]
    [InlineData("tokenize --chat=abc --safe", "Unrecognized argument 'abc'.")]
    [InlineData("eval compar a b", "Unrecognized argument 'compar'. The nearest is compare.")]
    [InlineData("data validate", "Required argument 'data' missing")]
    [InlineData("generate --mdoel m", "Unrecognized option '--mdoel'. The nearest is --model.")]
    [InlineData("generat --model m", "Unrecognized command 'generat'. The nearest is generate.")]
    [InlineData("data valdate x", "Unrecognized command 'valdate'. The nearest is validate.")]
    [InlineData("logprobs --dtype float8", "Argument 'float8' not recognized. Must be one of: 'auto', 'float32'")]
    public void Messages_say_what_was_found_and_what_was_expected(string line, string expected)
    {
        (int code, string _, string log) = Run(line.Split(' '));
        Assert.Equal(2, code);
        Assert.Contains("error: " + expected, log, StringComparison.Ordinal);
    }

    private static bool IsRefused(Option option, string value) => (value.Length == 0 && option.ValueType != typeof(bool))
        || s_whole.Contains(option.ValueType)
        || (s_real.Contains(option.ValueType) && value != "99999999999999999999999");

    /// <summary>Every command that can be called, with its path.</summary>
    private static IEnumerable<(string Path, Command Command)> All()
    {
        using CommandStreams streams = new(Stream.Null, Stream.Null, TextWriter.Null);
        return [.. CommandLine.Build(streams, CancellationToken.None).Subcommands.SelectMany(c => Within(c.Name, c))];
    }

    private static IEnumerable<(string Path, Command Command)> Within(string path, Command command) =>
        command.Subcommands.SelectMany(c => Within($"{path} {c.Name}", c)).Prepend((path, command));
}
