using System.Runtime.InteropServices;
using System.Text;
using TraceFast.Cli.Commands;

namespace TraceFast.Cli;

/// <summary>The process: signals, streams, and what is said where not even the command line can be read.</summary>
internal static partial class Program
{
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
        AppDomain.CurrentDomain.UnhandledException += (_, failure) => Exit(Failures.Report((Exception)failure.ExceptionObject, streams)); // on another thread
        return CommandLine.Run(args, streams, interruption.Token);
    }

    /// <summary>Nothing more may be loaded here: without file handles or memory, the rest of the program can not be.</summary>
    private static int LastWords(Exception e)
    {
        bool handles = LacksHandles(e), memory = e is OutOfMemoryException;
        string why = handles ? "too few files may be open; raise the limit with ulimit -n (256 is enough)" : memory ? "there is no memory left" : $"{e.GetType().Name}: {e.Message.Split('\n')[0]}";
        byte[] line = Encoding.UTF8.GetBytes($"error: the program can not run here: {why}\n");
        _ = Write(2, line, line.Length);
        return handles || memory ? ExitCodes.Missing : ExitCodes.Failed;
    }

    /// <summary>Too many files are open for one process, or were when a part of the program was to be loaded, which is then told as a file that is missing.</summary>
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

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int handle, byte[] bytes, nint count);
}
