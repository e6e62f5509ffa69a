using System.CommandLine.Parsing;

namespace TraceFast.Cli;

/// <summary>Usage errors in words.</summary>
internal static class Usage
{
    /// <summary>Whether a flag is given; never throws, since validators call it before values are checked.</summary>
    public static bool IsSet(this CommandResult result, Option<bool> flag) =>
        result.GetResult(flag) is { Implicit: false } given && given.Tokens.All(t => bool.TryParse(t.Value, out bool on) && on);

    /// <summary>Each error once; empty: the command can run.</summary>
    public static IReadOnlyList<string> Errors(ParseResult parsed)
    {
        List<string> errors = [];
        Command command = parsed.CommandResult.Command;
        bool afterOption = false, isCommandUnknown = false;
        foreach (string token in parsed.UnmatchedTokens)
        {
            bool isOption = token.StartsWith('-');
            if (isOption && !isCommandUnknown)
                errors.Add(UnknownOption(token, command));
            // what follows an unknown option is most likely its value, what follows an unknown command belongs to it
            else if (!isOption && !afterOption && !isCommandUnknown)
            {
                isCommandUnknown = command.Action is null && command.Subcommands.Any(c => !c.Hidden);
                errors.Add(
                    isCommandUnknown
                        ? UnknownCommand(token, command)
                        : $"Unrecognized argument '{token}'.{(command.Subcommands.Count > 0 ? $" {NearestCommand(token, command)}" : "")}");
            }

            afterOption = isOption;
        }

        if (isCommandUnknown)
            return errors;

        // A command that takes any number of values would take a mistyped option as one of them.
        errors.AddRange(
            parsed.Tokens.Where(t => t.Type == TokenType.Argument && t.Value.StartsWith("--", StringComparison.Ordinal))
                .Select(t => UnknownOption(t.Value, command)));
        errors.AddRange(
            parsed.Errors.Where(e => !e.Message.StartsWith("Unrecognized command or argument", StringComparison.Ordinal)).Select(Describe));
        errors.AddRange(
            parsed.CommandResult.Children.Where(c => c.Tokens.Any(t => t.Value.Length == 0))
                .Select(c => $"{NameOf(c)}: found an empty text, expected a value"));
        if (errors.Count == 0)
            errors.AddRange(parsed.Errors.Select(Describe));
        // wrong values first, then missing ones
        return [.. errors.Distinct().OrderBy(e => e.EndsWith("is required.", StringComparison.Ordinal))];
    }

    private static string UnknownOption(string token, Command command)
    {
        string name = token.Split('=')[0];
        string[] known = [.. command.Options.Where(o => !o.Hidden).Select(o => o.Name)];
        return $"Unrecognized option '{name}'.{(known.Length > 0 ? $" The nearest is {NearestNames.Of(name, known, 1)[0]}." : "")}";
    }

    private static string UnknownCommand(string token, Command command) =>
        $"Unrecognized command '{token}'. {NearestCommand(token, command)}";

    private static string NearestCommand(string token, Command command) =>
        $"The nearest is {NearestNames.Of(token, command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name), 1)[0]}.";

    /// <summary>The library's own message on one line.</summary>
    private static string Describe(ParseError error) =>
        error.Message.Replace(":\n\t", ": ", StringComparison.Ordinal).Replace("\n\t", ", ", StringComparison.Ordinal).TrimEnd();

    private static string NameOf(SymbolResult symbol) => symbol switch
    {
        OptionResult option => option.Option.Name,
        ArgumentResult argument => argument.Argument.Name,
        _ => "",
    };
}
