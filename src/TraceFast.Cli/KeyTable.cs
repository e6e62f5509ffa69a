using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text;
using TraceFast.Cli.Commands;
using TraceFast.Training.Configuration;

namespace TraceFast.Cli;

/// <summary>The configuration keys of <c>train</c> as a table for its help and the README.</summary>
internal static class KeyTable
{
    /// <summary>A paragraph per group, a line per key, for a terminal.</summary>
    public static string Text()
    {
        int width = ConfigurationKeys.Applied.Max(k => k.Name.Length);
        StringBuilder text = new("Keys of the configuration, and of key=value (default in brackets):\n");
        foreach (IGrouping<KeyGroup, ConfigurationKey> group in ConfigurationKeys.Applied.GroupBy(k => k.Declared.Group))
        {
            text.Append($"\n  {group.Key}\n");
            foreach (ConfigurationKey key in group)
                text.Append(
                    $"    {key.Name.PadRight(width)}  {Meaning(key)}{(Default(key) is { Length: > 0 } value ? $" [{value}]" : "")}\n");
        }
        return text.ToString();
    }

    /// <summary>A table per group, in Markdown.</summary>
    public static string Markdown()
    {
        StringBuilder text = new();
        foreach (IGrouping<KeyGroup, ConfigurationKey> group in ConfigurationKeys.Applied.GroupBy(k => k.Declared.Group))
        {
            text.Append($"\n**{group.Key}**\n\n| key | default | what |\n|---|---|---|\n");
            foreach (ConfigurationKey key in group)
                text.Append($"| `{key.Name}` | {Default(key)} | {Meaning(key).Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        }
        return text.Append('\n').ToString();
    }

    private static string Default(ConfigurationKey key) => key.Declared.Required ? "required" : key.Declared.Default ?? "";

    private static string Meaning(ConfigurationKey key) =>
        key.Choices.Count > 0 ? $"{key.Meaning}: {string.Join(", ", key.Choices)}"
        : double.IsFinite(key.Declared.Min) ? $"{key.Meaning} ({key.Declared.Range})"
        : key.Meaning;
}

/// <summary><c>--help</c>, and after that of <c>train</c> its keys.</summary>
/// <param name="standard">The help of every command.</param>
internal sealed class HelpWithKeys(HelpAction standard) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int code = standard.Invoke(parseResult);
        if (parseResult.CommandResult.Command.Name == TrainCommand.Name)
            parseResult.InvocationConfiguration.Output.Write(KeyTable.Text());
        return code;
    }
}
