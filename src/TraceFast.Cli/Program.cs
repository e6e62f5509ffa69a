using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using TraceFast.Benchmarks.Rows;
using TraceFast.Cli.Commands;
using TraceFast.Training.Distributed;

namespace TraceFast.Cli;

/// <summary>The process: signals, streams, and errors before the command line can be read.</summary>
internal static partial class Program
{
    /// <summary>How .NET's message starts when it cannot load an assembly, for whatever reason.</summary>
    internal const string UnloadablePart = "Could not load file or assembly";

    public static int Main(string[] args)
    {
        try
        {
            int code = Run(args);
            // A gate's process: the libraries' exit handlers would take a tenth of its second.
            if (Environment.GetEnvironmentVariable(StartUp.Variable) is not null)
                Exit(code);
            return code;
        }
        catch (Exception e)
        {
            return LastWords(e);
        }
    }

    /// <summary>Ends the process without the libraries' exit handlers, which wait for computing threads.</summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void Exit(int code);

    private static int Run(string[] args)
    {
        using Interruption interruption = new(CommandTable.EndsInItsOwnTime(args));
        LeaveTerminalOfJob();
        KeepLinesWhole();
        using CommandStreams streams = CommandStreams.Standard();
        // on another thread
        AppDomain.CurrentDomain.UnhandledException += (_, failure) => Exit(Failures.Report((Exception)failure.ExceptionObject, streams));
        return CommandLine.Run(args, streams, interruption.Token);
    }

    /// <summary>
    /// mpirun gives its processes a terminal that nobody sits at: .NET would write its control characters into the output.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)] // it loads another assembly: what the last words need has to be there before
    private static void LeaveTerminalOfJob()
    {
        if (MpiLaunch.Read(Environment.GetEnvironmentVariable).Size > 1)
            Environment.SetEnvironmentVariable("TERM", "dumb");
    }

    /// <summary>.NET's own writer cuts lines at 256 characters, and mpirun's messages come between the pieces.</summary>
    private static void KeepLinesWhole() => Console.SetError(
        new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 14)
        {
            AutoFlush = true,
        });

    /// <summary>Nothing more may be loaded here: without file handles or memory, loading fails.</summary>
    private static int LastWords(Exception e)
    {
        (string why, int code) = e switch
        {
            _ when LacksHandles(e) => ("too few files may be open; raise the limit with ulimit -n (256 is enough)", ExitCodes.Missing),
            _ when IsUnloadable(e) =>
                ("a part of it cannot be loaded: too few files may be open (raise the limit with "
                    + "ulimit -n; 256 is enough), or it is incomplete (run ./tracefast build)", ExitCodes.Missing),
            OutOfMemoryException => ("there is no memory left", ExitCodes.Missing),
            _ => ($"{e.GetType().Name}: {e.Message.Split('\n')[0]}", ExitCodes.Failed),
        };
        byte[] line = Encoding.UTF8.GetBytes($"error: the program cannot run here: {why}\n");
        _ = Write(2, line, line.Length);
        return code;
    }

    private static bool LacksHandles(Exception e)
    {
        const int TooManyOpen = 24;
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
            if (inner is IOException { HResult: TooManyOpen })
                return true;
        try
        {
            File.OpenHandle("/dev/null").Dispose();
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>
    /// An assembly was not found, which is also how .NET reports that it could not open it; a handle may be free again by the
    /// time of this check.
    /// </summary>
    private static bool IsUnloadable(Exception e)
    {
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
            if (inner is FileNotFoundException or FileLoadException && inner.Message.StartsWith(UnloadablePart, StringComparison.Ordinal))
                return true;
        return false;
    }

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int handle, byte[] bytes, nint count);
}

/// <summary>
/// SIGINT (Ctrl-C) and SIGTERM, which batch systems send before they stop a job. The first one requests a clean stop; a command that does
/// not stop within a short time (it waits for input, or computes without a break) is ended: its output is whole or taken back
/// by its next run. A second signal ends the process at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <summary>SIGXFSZ: a file would be larger than ulimit -f allows.</summary>
    private const PosixSignal FileSizeLimit = (PosixSignal)25;

    /// <summary>
    /// The write also fails with EFBIG, which is reported. Ignored until the process ends: buffers of files that failed are written again
    /// when the runtime ends.
    /// </summary>
    private static readonly PosixSignalRegistration s_fileSizeLimit = PosixSignalRegistration.Create(
        FileSizeLimit, signal => signal.Cancel = true);

    private readonly bool _inItsOwnTime;
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private Timer? _end;

    /// <param name="inItsOwnTime">The command saves what it has, however long that takes.</param>
    public Interruption(bool inItsOwnTime)
    {
        _inItsOwnTime = inItsOwnTime;
        GC.KeepAlive(s_fileSizeLimit);
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt),
        ];
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _end?.Dispose();
        _source.Dispose();
    }

    private void Interrupt(PosixSignalContext signal)
    {
        signal.Cancel = !_source.IsCancellationRequested;
        if (!signal.Cancel)
            return;
        if (!_inItsOwnTime)
            _end = new Timer(_ => End(), null, s_patience, Timeout.InfiniteTimeSpan);
        _source.Cancel();
    }

    private static void End()
    {
        Console.Error.WriteLine("interrupted");
        Program.Exit(ExitCodes.Interrupted);
    }
}

/// <summary>Starts this program again.</summary>
internal static class OwnProgram
{
    /// <summary>Its launcher, or <c>dotnet tracefast.dll</c> where that is how this process was started.</summary>
    public static ProcessStartInfo Command(params IEnumerable<string> arguments)
    {
        string library = Path.Combine(AppContext.BaseDirectory, "tracefast.dll");
        bool hosted = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";
        string program = hosted ? Environment.ProcessPath! : Path.ChangeExtension(library, null);
        ProcessStartInfo start = new(program, hosted ? [library, .. arguments] : arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        foreach (string name in MpiLaunch.Variables)
            start.Environment.Remove(name);
        return start;
    }
}
