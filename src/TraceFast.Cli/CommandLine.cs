using System.CommandLine;
using System.CommandLine.Parsing;
using TraceFast.Cli.Commands;
using TraceFast.Cli.Demo;
using TraceFast.Data;
using TraceFast.Endpoint;
using TraceFast.Endpoint.Asking;
using TraceFast.Inference.Generation;
using TraceFast.Inference.Sessions;
using TraceFast.Kernels.Libtorch;
using TraceFast.Kernels.Native;
using TraceFast.Training.Optimisation;

namespace TraceFast.Cli;

/// <summary>The program's entry point: parses the arguments, runs one command and turns its errors into an exit code.</summary>
public static class CommandLine
{
    /// <summary>Runs one command in this process; never throws for anything that a user fed in.</summary>
    public static int Run(string[] args, CommandStreams streams, CancellationToken interrupt)
    {
        RootCommand root = Build(streams, interrupt);
        ParseResult parsed = root.Parse(args);
        // A command that takes any number of values would take a mistyped option as one of them.
        string[] errors =
        [
            .. parsed.Errors.Select(e => e.Message),
            .. parsed.Tokens.Where(t => t.Type == TokenType.Argument && t.Value.StartsWith("--", StringComparison.Ordinal)).Select(t => $"Unrecognized option '{t.Value}'."),
        ];
        if (errors.Length > 0)
        {
            foreach (string error in errors.Distinct())
                streams.Log.WriteLine($"error: {error}");
            streams.Log.WriteLine($"see: {string.Join(' ', PathOf(parsed).Prepend("tracefast"))} --help");
            return ExitCodes.BadInput;
        }

        try
        {
            MappedFaults.Report();
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
            streams.Output.Flush();
            return Report(e, streams.Log);
        }
    }

    private static RootCommand Build(CommandStreams streams, CancellationToken interrupt)
    {
        RootCommand root = new("Aligns language models to complex instructions: SFT, DPO and IOPO, fast and checkable.");
        foreach (Command command in CommandTable.All(streams, interrupt))
            root.Subcommands.Add(command);
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

    private static int Report(Exception e, TextWriter log)
    {
        switch (e)
        {
            case InputException or EndpointOptionsException or PromptException:
                log.WriteLine($"error: {e.Message}");
                return ExitCodes.BadInput;
            case EndpointException:
                log.WriteLine($"error: {e.Message}");
                log.WriteLine("what was answered is in the cache (unless --cache none was given); the same command goes on from there");
                return ExitCodes.Failed;
            case TrainingDivergedException:
                log.WriteLine($"error: {e.Message}");
                return ExitCodes.Failed;
            case DecodingProcessException:
                log.WriteLine($"error: {e.Message}");
                log.WriteLine("what was saved is complete: the same command with --resume goes on from the last checkpoint");
                return ExitCodes.Failed;
            case DemoTrainingException failed:
                log.WriteLine($"error: {e.Message}");
                return failed.ExitCode is ExitCodes.BadInput or ExitCodes.Missing ? failed.ExitCode : ExitCodes.Failed;
            case OperationCanceledException:
                log.WriteLine("interrupted");
                return ExitCodes.Interrupted;
            case MissingProviderException or MappedFileException:
                log.WriteLine($"error: {e.Message}");
                return ExitCodes.Missing;
            case LibtorchException or TypeInitializationException { InnerException: LibtorchException }:
                log.WriteLine($"error: {(e as LibtorchException ?? e.InnerException)!.Message}");
                return ExitCodes.Missing;
            case DllNotFoundException or TypeInitializationException { InnerException: DllNotFoundException }:
                log.WriteLine($"error: a native library is missing: {(e.InnerException ?? e).Message}; run ./tracefast build");
                return ExitCodes.Missing;
            case IOException:
            case UnauthorizedAccessException:
                log.WriteLine($"error: {e.Message}");
                return ExitCodes.BadInput;
            default:
                log.WriteLine($"error: {e.GetType().Name}: {e.Message}");
                log.WriteLine(e.StackTrace);
                return ExitCodes.Failed;
        }
    }
}
