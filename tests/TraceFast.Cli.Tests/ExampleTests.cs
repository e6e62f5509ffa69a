using TraceFast.Tests;
using static TraceFast.Cli.Tests.Called;

namespace TraceFast.Cli.Tests;

/// <summary>
/// The examples that --help prints: every command has one, and all that they read is part of the repository or made by the example before
/// it.
/// </summary>
public sealed class ExampleTests
{
    private const string Prefix = "Example: ";

    public static TheoryData<string> Commands
    {
        get
        {
            TheoryData<string> paths = [];
            foreach (CompletionEntry entry in All().Skip(1))
                paths.Add(entry.Path.TrimStart());
            return paths;
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_has_help_with_an_example_of_itself(string command)
    {
        (int code, string output, string log) = Run([.. command.Split(' '), "--help"]);
        Assert.Equal((0, ""), (code, log));
        string[] examples = [.. Examples(output)];
        Assert.NotEmpty(examples);
        if (command is not ("data" or "bench"))
            Assert.All(examples, e => Assert.Contains($"tracefast {command}", e, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void What_an_example_reads_is_there(string command)
    {
        foreach (string example in Examples(Run([.. command.Split(' '), "--help"]).Output))
        {
            string[] words = example.Split('|')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            for (int i = 1; i < words.Length; i++)
            {
                string word = words[i].Split('=')[^1];
                // Outputs, and what the example of train made, lie under artifacts; 12.5GB/s is a rate.
                if (word.StartsWith("artifacts/", StringComparison.Ordinal) || !word.Contains('/', StringComparison.Ordinal)
                    || word.StartsWith("http", StringComparison.Ordinal) || char.IsAsciiDigit(word[0]))
                {
                    Assert.False(
                        word.EndsWith(".jsonl", StringComparison.Ordinal) && !word.StartsWith("artifacts/", StringComparison.Ordinal),
                        $"{example}: {word} stands nowhere");
                    continue;
                }

                Assert.True(Path.Exists(Path.Combine(Oracles.RepositoryRoot, word)), $"{example}: there is no {word}");
            }
        }
    }

    private static IEnumerable<string> Examples(string help) =>
        help.Split('\n').Select(l => l.Trim()).Where(l => l.StartsWith(Prefix, StringComparison.Ordinal)).Select(l => l[Prefix.Length..]);

    private static IReadOnlyList<CompletionEntry> All()
    {
        using CommandStreams streams = new(Stream.Null, Stream.Null, TextWriter.Null);
        return CompletionEntry.Of(CommandLine.Build(streams, CancellationToken.None).Subcommands);
    }
}
