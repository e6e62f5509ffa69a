using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using TraceFast.Benchmarks.Scale;
using TraceFast.Experiments;
using TraceFast.Endpoint;
using TraceFast.Endpoint.Asking;
using TraceFast.Gate;
using TraceFast.Inference.Generation;
using TraceFast.Inference.Sessions;
using TraceFast.Kernels.Libtorch;
using TraceFast.Kernels.Native;
using TraceFast.Models.Files;
using TraceFast.Training.Distributed;
using TraceFast.Training.Optimization;

namespace TraceFast.Cli;

/// <summary>Turns the exception that ended a command into messages and an exit code.</summary>
internal static partial class Failures
{
    /// <summary>Set to 1: print the stack trace of an internal error.</summary>
    public const string TraceVariable = "TRACEFAST_TRACE";

    /// <summary>EPIPE: the reader of the output is gone.</summary>
    private const int BrokenPipe = 32;

    /// <summary>errno to the exhausted resource and what to do.</summary>
    private static readonly Dictionary<int, string> s_exhausted = new()
    {
        [12] = "the machine has no memory left; close other programs, or use smaller batches",
        [23] = "the machine has too many files open; close other programs",
        [24] = "too many files are open for one process; raise the limit with ulimit -n (1024 is enough)",
        [27] = "the file would be larger than the limit for one process; raise it with ulimit -f",
        [28] = "no space is left on the device; free some, or write elsewhere",
        [30] = "the file system is read-only; write elsewhere",
        [122] = "the disk quota is used up; free some space, or write elsewhere",
    };

    public static int Report(Exception e, CommandStreams streams)
    {
        e = Innermost(e);
        TextWriter log = streams.Log;
        try
        {
            streams.Output.Flush();
        }
        catch (IOException flush)
        {
            e = e is IOException ? e : flush;
        }

        return e is InputException input
            ? Print(log, Exhausted(input) is null ? ExitCodes.BadInput : ExitCodes.Missing, [.. input.Lines]) : Report(e, log);
    }

    private static int Report(Exception e, TextWriter log)
    {
        switch (e)
        {
            case EndpointOptionsException or PromptException:
                return Print(log, ExitCodes.BadInput, e.Message);
            case EndpointException:
                return Print(
                    log, ExitCodes.Failed, e.Message,
                    "answers so far are in the cache (unless --cache none was given); run the same command to continue from there");
            case TrainingDivergedException or RankFailedException or NetworkFitException:
                return Print(log, ExitCodes.Failed, e.Message);
            case DecodingProcessException:
                return Print(
                    log, ExitCodes.Failed, e.Message,
                    "checkpoints are complete: run the same command with --resume to continue from the last one");
            case TrainingProcessException failed:
                return Print(
                    log, failed.ExitCode is ExitCodes.BadInput or ExitCodes.Missing ? failed.ExitCode : ExitCodes.Failed, e.Message);
            case OperationCanceledException:
                log.WriteLine("interrupted");
                return ExitCodes.Interrupted;
            case MissingProviderException or LibtorchException or CacheFolderException or MappedFileException or MpiException
                or NcclException or CannotDecideException:
                return Print(log, ExitCodes.Missing, e.Message);
            case DllNotFoundException:
                return Print(log, ExitCodes.Missing, $"a native library is missing: {e.Message}; run ./tracefast build");
            // how .NET says EMFILE here
            case FileNotFoundException or FileLoadException when e.Message.StartsWith(Program.UnloadablePart, StringComparison.Ordinal):
                return Print(
                    log, ExitCodes.Missing,
                    "a part of the program cannot be loaded: too few files may be open (raise the limit with ulimit -n; 256 is enough), "
                        + "or it is incomplete (run ./tracefast build)");
            case IOException { HResult: BrokenPipe }:
                return ExitCodes.Done; // the reader has all it wants, as with head
            case IOException or UnauthorizedAccessException when Exhausted(e) is { } end:
                return Print(log, ExitCodes.Missing, $"{end} ({e.Message})");
            // how .NET says EFBIG
            case ArgumentOutOfRangeException { ParamName: "value" } when e.Message.StartsWith(
                "Specified file length", StringComparison.Ordinal):
                return Print(log, ExitCodes.Missing, s_exhausted[27]);
            case IOException or UnauthorizedAccessException:
                return Print(log, ExitCodes.BadInput, e.Message);
            case System.ComponentModel.Win32Exception started when s_exhausted.GetValueOrDefault(started.NativeErrorCode) is { } end:
                return Print(log, ExitCodes.Missing, $"{end} ({e.Message})");
            case OutOfMemoryException:
                return Print(log, ExitCodes.Missing, s_exhausted[12]);
            case ExternalException or Microsoft.ML.OnnxRuntime.OnnxRuntimeException when NoMemory().IsMatch(e.Message):
                return Print(log, ExitCodes.Missing, $"{s_exhausted[12]} ({e.Message.Split('\n')[0]})");
            default:
                return InternalError(e, log);
        }
    }

    private static int InternalError(Exception e, TextWriter log)
    {
        log.WriteLine(
            "error: this is a fault of the program, not of its input: "
            + $"{e.GetType().Name}: {e.Message.Split('\n')[0]}; set {TraceVariable}=1 in the environment for the stack trace");
        if (Environment.GetEnvironmentVariable(TraceVariable) is { Length: > 0 } and not "0")
            foreach (string line in e.ToString().Split('\n'))
                log.WriteLine(line);
        return ExitCodes.Failed;
    }

    private static int Print(TextWriter log, int code, params ReadOnlySpan<string> lines)
    {
        log.WriteLine($"error: {lines[0]}");
        foreach (string line in lines[1..])
            log.WriteLine(line);
        return code;
    }

    /// <summary>The exhausted resource, if that is why an operation failed.</summary>
    private static string? Exhausted(Exception e)
    {
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
            if (s_exhausted.GetValueOrDefault(inner.HResult) is { } end)
                return end;
        return null;
    }

    /// <summary>Without the exceptions that only wrap another: of a task, of a type's initialization.</summary>
    private static Exception Innermost(Exception e) => e switch
    {
        AggregateException { InnerExceptions: [var only, ..] } => Innermost(only),
        TypeInitializationException { InnerException: { } inner } => Innermost(inner),
        _ => e,
    };

    /// <summary>How libtorch and ONNX Runtime report that memory ran out.</summary>
    [GeneratedRegex("bad_alloc|bad allocation|can't allocate memory|[Ff]ailed to allocate memory|out of memory|Cannot allocate memory")]
    private static partial Regex NoMemory();
}
