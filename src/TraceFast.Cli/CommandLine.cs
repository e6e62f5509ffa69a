using System.CommandLine.Help;
using System.CommandLine.Parsing;
using TraceFast.Cli.Commands;
using TraceFast.Kernels.Native;
using TraceFast.Training.Distributed;

namespace TraceFast.Cli;

/// <summary>The program's entry point: parses the arguments, runs one command and turns its errors into an exit code.</summary>
public static class CommandLine
{
    /// <summary>Runs one command in this process; never throws for anything that a user passed in.</summary>
    public static int Run(string[] args, CommandStreams streams, CancellationToken interrupt)
    {
        try
        {
            MappedFaults.Report();
            ParseResult parsed = Build(streams, interrupt).Parse(args);
            IReadOnlyList<string> errors = Usage.Errors(parsed);
            (int processes, int rank) = MpiLaunch.Read(Environment.GetEnvironmentVariable);
            string name = string.Join(' ', PathOf(parsed));
            if (errors.Count == 0 && processes > 1 && name.Length > 0 && !RankedCommand.Names.Contains(name))
                errors =
                [
                    $"{processes} processes were started, each of which would do the whole work of {name}: only "
                    + $"{string.Join(", ", RankedCommand.Names)} are shared among ranks; start it without mpirun or srun",
                ];
            if (errors.Count > 0 && rank > 0)
                return ExitCodes.BadInput; // rank 0 says why
            if (errors.Count > 0)
            {
                foreach (string error in errors)
                    streams.Log.WriteLine($"error: {error}");
                streams.Log.WriteLine($"see: {string.Join(' ', PathOf(parsed).Prepend("tracefast"))} --help");
                return ExitCodes.BadInput;
            }

            InvocationConfiguration configuration = new()
            {
                Output = streams.Output,
                Error = streams.Log,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            int code = parsed.Invoke(configuration);
            streams.Output.Flush();
            return code;
        }
        catch (Exception e)
        {
            return Failures.Report(e, streams);
        }
    }

    /// <summary>All commands.</summary>
    internal static RootCommand Build(CommandStreams streams, CancellationToken interrupt)
    {
        RootCommand root = new("Aligns language models to complex instructions: SFT, DPO and IOPO, fast and checkable.");
        foreach (Command command in CommandTable.All(streams, interrupt))
            root.Subcommands.Add(command);
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithKeys((HelpAction)help.Action!);
        return root;
    }

    private static IEnumerable<string> PathOf(ParseResult parsed)
    {
        List<string> names = [];
        for (SymbolResult? s = parsed.CommandResult; s != null; s = s.Parent)
            if (s is CommandResult { Command: not RootCommand } c)
                names.Insert(0, c.Command.Name);
        return names;
    }
}

/// <summary>Exit codes.</summary>
public static class ExitCodes
{
    public const int Done = 0;

    /// <summary>A check failed, or the program itself did.</summary>
    public const int Failed = 1;

    /// <summary>Bad input or usage.</summary>
    public const int BadInput = 2;

    /// <summary>Something is missing on the machine, or used up; the message says what to do.</summary>
    public const int Missing = 3;

    /// <summary>Interrupted by SIGINT (Ctrl-C) or SIGTERM; a checkpoint was saved where the command keeps one.</summary>
    public const int Interrupted = 130;
}
