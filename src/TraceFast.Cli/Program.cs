using System.Runtime.InteropServices;
using System.Text;
using TraceFast.Cli.Commands;

namespace TraceFast.Cli;

/// <summary>The process: signals, streams, and what is said where not even the command line can be read.</summary>
internal static partial class Program
{
    /// <summary>How .NET begins to say that it cannot load a part of the program, for whatever reason.</summary>
    internal const string UnloadablePart = "Could not load file or assembly";

    public static int Main(string[] args)
    {
        try
        {
            return Run(args);
        }
        catch (Exception e)
        {
            return LastWords(e);
        }
    }

    /// <summary>Ends the process without the libraries' own ends, which wait for threads that compute.</summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void Exit(int code);

    private static int Run(string[] args)
    {
        using Interruption interruption = new(CommandTable.EndsInItsOwnTime(args));
        using CommandStreams streams = CommandStreams.Standard();
        // on another thread
        AppDomain.CurrentDomain.UnhandledException += (_, failure) => Exit(Failures.Report((Exception)failure.ExceptionObject, streams));
        return CommandLine.Run(args, streams, interruption.Token);
    }

    /// <summary>Nothing more may be loaded here: without file handles or memory, the rest of the program cannot be.</summary>
    private static int LastWords(Exception e)
    {
        (string why, int code) = e switch
        {
            _ when LacksHandles(e) => ("too few files may be open; raise the limit with ulimit -n (256 is enough)", ExitCodes.Missing),
            _ when IsUnloadable(e) =>
                ("a part of it cannot be loaded: too few files may be open (raise the limit with "
                    + "ulimit -n; 256 is enough), or it is not whole (./tracefast build)", ExitCodes.Missing),
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
    /// A part of the program was found missing, which is also how .NET tells that it could not open it; a handle may be free again by the
    /// time that this is asked.
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
