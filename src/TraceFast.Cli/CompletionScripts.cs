using System.CommandLine.Completions;
using System.Text;

namespace TraceFast.Cli;

/// <summary>
/// Scripts for shells. Each walks the words before the cursor to find the command, then offers what may follow it: words or
/// files.
/// </summary>
internal static class CompletionScripts
{
    public static string Bash(IReadOnlyList<CompletionEntry> entries) =>
        $$"""
        # tracefast: completion for bash. To use it: source <(tracefast completion bash)
        _tracefast() {
            local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} at="" candidates="" i
            for ((i = 1; i < COMP_CWORD; i++)); do
                case "$at ${COMP_WORDS[i]}" in
                    {{Paths(entries, "|")}}) at="$at ${COMP_WORDS[i]}" ;;
                esac
            done
        {{Candidates(entries)}}
            COMPREPLY=($(compgen -W "$candidates" -- "$current"))
        }
        complete -o default -F _tracefast tracefast ./tracefast

        """;

    public static string Zsh(IReadOnlyList<CompletionEntry> entries) =>
        $$"""
        #compdef tracefast
        # tracefast: completion for zsh. To use it: a file named _tracefast in a folder of $fpath
        _tracefast() {
            local current=${words[CURRENT]} previous=${words[CURRENT-1]} at="" candidates="" word
            for word in "${(@)words[2,CURRENT-1]}"; do
                case "$at $word" in
                    {{Paths(entries, "|")}}) at="$at $word" ;;
                esac
            done
        {{Candidates(entries)}}
            if [[ -n $candidates ]]; then
                compadd -- ${=candidates}
            else
                _files
            fi
        }
        _tracefast "$@"

        """;

    public static string Fish(IReadOnlyList<CompletionEntry> entries)
    {
        StringBuilder script = new($$"""
            # tracefast: completion for fish. To use it: a file tracefast.fish in ~/.config/fish/completions
            function __tracefast_at
                set -l at ""
                for word in (commandline -opc)[2..-1]
                    switch "$at $word"
                        case {{Paths(entries, " ")}}
                            set at "$at $word"
                    end
                end
                test "$at" = "$argv[1]"
            end

            """);
        foreach (CompletionEntry entry in entries)
        {
            string where = $"complete -c tracefast -n '__tracefast_at \"{entry.Path}\"'";
            foreach ((string name, string what) in entry.Commands)
                script.Append($"{where} -f -a {name} -d {Quoted(what)}\n");
            foreach (string value in entry.Values)
                script.Append($"{where} -f -a {value}\n");
            foreach (CompletionOption option in entry.Options)
            {
                string values = option.Values.Count > 0 ? $" -f -a {Quoted(string.Join(' ', option.Values))}" : "";
                script.Append($"{where} -l {option.Name[2..]}{(option.TakesValue ? " -r" : "")}{values} -d {Quoted(option.What)}\n");
            }
        }

        return script.ToString();
    }

    /// <summary>Sets $candidates from $at, $previous and $current; bash and zsh read it alike.</summary>
    private static string Candidates(IReadOnlyList<CompletionEntry> entries)
    {
        StringBuilder cases = new("    case \"$at $previous\" in\n");
        foreach (CompletionEntry entry in entries)
            foreach (CompletionOption option in entry.Options.Where(o => o.Values.Count > 0))
                cases.Append($"        \"{entry.Path} {option.Name}\") candidates=\"{string.Join(' ', option.Values)}\" ;;\n");
        string[] others = [
            .. entries.SelectMany(e => e.Options.Where(o => o.TakesValue && o.Values.Count == 0).Select(o => $"\"{e.Path} {o.Name}\""))];
        cases.Append($"        {string.Join('|', others)}) ;; # a file, a number\n        *)\n            case \"$at\" in\n");
        foreach (CompletionEntry entry in entries)
        {
            string words = string.Join(' ', entry.Commands.Select(c => c.Name).Concat(entry.Values)),
                options = string.Join(' ', entry.Options.Select(o => o.Name));
            cases.Append(
                $"                \"{entry.Path}\") case \"$current\" in -*) candidates=\"{options}\" ;; *) "
                    + $"candidates=\"{words}\" ;; esac ;;\n");
        }

        return cases.Append("            esac ;;\n    esac").ToString();
    }

    private static string Paths(IReadOnlyList<CompletionEntry> entries, string between) =>
        string.Join(between, entries.Where(e => e.Path.Length > 0).Select(e => $"\"{e.Path}\""));

    private static string Quoted(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}

/// <summary>What may follow one command.</summary>
/// <param name="Path">Its words with a space before each, for example " data validate"; empty: the program itself.</param>
/// <param name="Commands">The commands below it, with what they do.</param>
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
/// <param name="Values">The words that the value may be; none: something else.</param>
internal sealed record CompletionOption(string Name, string What, bool TakesValue, IReadOnlyList<string> Values);
