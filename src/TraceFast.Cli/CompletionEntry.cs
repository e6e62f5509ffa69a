using System.CommandLine;
using System.CommandLine.Completions;

namespace TraceFast.Cli;

/// <summary>What may follow one command.</summary>
/// <param name="Path">Its words with a blank before each, for example " data validate"; empty: the program itself.</param>
/// <param name="Commands">The commands below it, with what they do.</param>
/// <param name="Options">Its options.</param>
/// <param name="Values">The words that its argument may be; none: something else, a file.</param>
internal sealed record CompletionEntry(
    string Path, IReadOnlyList<(string Name, string What)> Commands, IReadOnlyList<CompletionOption> Options, IReadOnlyList<string> Values)
{
    /// <summary>Every command of a table, the program first.</summary>
    public static IReadOnlyList<CompletionEntry> Of(IEnumerable<Command> commands)
    {
        Command[] shown = [.. commands.Where(c => !c.Hidden)];
        return [new CompletionEntry(
            "", [.. shown.Select(Named)],
            [new CompletionOption("--help", "help", false, []), new CompletionOption("--version", "the program's version", false, [])], []),
            .. shown.SelectMany(c => Within("", c))];
    }

    private static IEnumerable<CompletionEntry> Within(string path, Command command)
    {
        string own = $"{path} {command.Name}";
        Command[] below = [.. command.Subcommands.Where(c => !c.Hidden)];
        yield return new CompletionEntry(
            own, [.. below.Select(Named)],
            [.. command.Options.Where(o => !o.Hidden)
                .Select(o => new CompletionOption(o.Name, First(o.Description), o.ValueType != typeof(bool), ValuesOf(o))),
                new CompletionOption("--help", "help", false, [])],
            [.. command.Arguments.SelectMany(ValuesOf)]);
        foreach (CompletionEntry entry in below.SelectMany(c => Within(own, c)))
            yield return entry;
    }

    private static (string Name, string What) Named(Command command) => (command.Name, First(command.Description));

    private static string[] ValuesOf(Symbol symbol) =>
        [.. symbol.GetCompletions(CompletionContext.Empty).Select(c => c.Label).Where(l => !bool.TryParse(l, out _))];

    /// <summary>The first sentence.</summary>
    private static string First(string? text) => (text ?? "").Split('\n')[0].Split(". ")[0].Split("; ")[0];
}

/// <summary>An option as a shell completes it.</summary>
/// <param name="Name">With its dashes.</param>
/// <param name="What">What it does.</param>
/// <param name="TakesValue">A value follows.</param>
/// <param name="Values">The words that the value may be; none: something else.</param>
internal sealed record CompletionOption(string Name, string What, bool TakesValue, IReadOnlyList<string> Values);
