using System.Runtime.InteropServices;

namespace TraceFast.Kernels.Native;

/// <summary>A file that was mapped into memory became shorter, or its disk failed, while it was computed with.</summary>
public sealed class MappedFileException(string file)
    : Exception(
        $"{file}: the file became shorter while it was in use, or its disk failed; restore it, "
            + "then go on with --resume from the checkpoint that was saved");

/// <summary>What happens when a mapped file fails, where the system would end the process without a word (native/faults).</summary>
public static partial class MappedFaults
{
    private static readonly Lazy<bool> s_reported = new(() =>
    {
        tracefast_report_faults();
        return true;
    });

    /// <summary>From now on the file is named on the error stream, and the process ends with status 3.</summary>
    public static void Report() => _ = s_reported.Value;

    /// <summary>
    /// Computes with mapped files; where one fails meanwhile, what is missing reads as zeros, and the result is not given out.
    /// One call at a time.
    /// </summary>
    /// <exception cref="MappedFileException">A file failed.</exception>
    public static T Survive<T>(Func<T> compute)
    {
        Report();
        tracefast_survive_faults(1);
        try
        {
            T result = compute();
            return Failed() is { } file ? throw new MappedFileException(file) : result;
        }
        catch (Exception e) when (e is not MappedFileException && Failed() is not null)
        {
            // It stumbled over the zeros.
            throw new MappedFileException(Failed()!);
        }
        finally
        {
            tracefast_survive_faults(0);
        }
    }

    private static string? Failed() => Marshal.PtrToStringUTF8(tracefast_fault());

    [LibraryImport("tracefast_faults")]
    private static partial void tracefast_report_faults();

    [LibraryImport("tracefast_faults")]
    private static partial void tracefast_survive_faults(int on);

    [LibraryImport("tracefast_faults")]
    private static partial nint tracefast_fault();
}
