namespace TraceFast.Cli.Commands;

/// <summary>Writes the scripts with which shells complete commands, options and their values.</summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, Func<IReadOnlyList<CompletionEntry>, string>> s_shells = new(StringComparer.Ordinal)
    {
        ["bash"] = CompletionScripts.Bash,
        ["zsh"] = CompletionScripts.Zsh,
        ["fish"] = CompletionScripts.Fish,
    };

    public static Command Create(CommandStreams streams, Func<IEnumerable<Command>> commands)
    {
        Argument<string> shell = new("shell") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong([.. s_shells.Keys]);
        Command command = new(
            "completion",
            "Writes the script with which a shell completes commands, options and their values.\n"
                + "Example: source <(tracefast completion bash)\nExample: tracefast completion zsh > artifacts/_tracefast\n"
                + "Example: tracefast completion fish > artifacts/tracefast.fish")
        {
            shell,
        };
        command.SetAction(parsed =>
        {
            streams.Output.Write(s_shells[parsed.GetValue(shell)!](CompletionEntry.Of(commands())));
            return ExitCodes.Done;
        });
        return command;
    }
}
