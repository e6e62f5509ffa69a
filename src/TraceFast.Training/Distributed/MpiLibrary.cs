using System.Runtime.InteropServices;

namespace TraceFast.Training.Distributed;

/// <summary>native/distributed/mpi_shim.cpp.</summary>
internal static unsafe partial class MpiLibrary
{
    public const string Name = "tracefast_mpi";

    private const int TextLength = 1024;

    [LibraryImport(Name, EntryPoint = "tracefast_mpi_init")]
    public static partial int Init(int* facts);

    [LibraryImport(Name, EntryPoint = "tracefast_mpi_start_barrier")]
    public static partial int StartBarrier();

    [LibraryImport(Name, EntryPoint = "tracefast_mpi_start_add")]
    public static partial int StartAdd(byte* own, byte* sum, int count);

    [LibraryImport(Name, EntryPoint = "tracefast_mpi_begin_add")]
    public static partial int BeginAdd(byte* own, byte* sum, int count, int element, int* handle);

    [LibraryImport(Name, EntryPoint = "tracefast_mpi_test_add")]
    public static partial int TestAdd(int handle, int* done);

    [LibraryImport(Name, EntryPoint = "tracefast_mpi_start_gather")]
    public static partial int StartGather(byte* own, int bytes, byte* all);

    [LibraryImport(Name, EntryPoint = "tracefast_mpi_start_exchange")]
    public static partial int StartExchange(byte* sent, int* sentBytes, byte* received, int* receivedBytes, int ranks);

    [LibraryImport(Name, EntryPoint = "tracefast_mpi_start_send")]
    public static partial int StartSend(byte* sent, int bytes, int rank);

    [LibraryImport(Name, EntryPoint = "tracefast_mpi_start_receive")]
    public static partial int StartReceive(byte* received, int bytes, int rank);

    [LibraryImport(Name, EntryPoint = "tracefast_mpi_test")]
    public static partial int Test(int* done);

    [LibraryImport(Name, EntryPoint = "tracefast_mpi_tell")]
    public static partial int Tell(byte* text, int bytes, int rank, int tag);

    [LibraryImport(Name, EntryPoint = "tracefast_mpi_hear")]
    public static partial int Hear(byte* text, int length, int* facts, int* found);

    [LibraryImport(Name, EntryPoint = "tracefast_mpi_abort")]
    public static partial int Abort(int code);

    [LibraryImport(Name, EntryPoint = "tracefast_mpi_finalize")]
    public static partial int Complete();

    /// <summary>The library's name, for example "Open MPI v4.1.4" or "MPICH 4.0.2".</summary>
    public static string Version =>
        Text(&VersionOf, 0).Split('\n')[0].Split(", package")[0].Replace("Version:\t", "", StringComparison.Ordinal).Trim();

    /// <exception cref="MpiException">The code is not 0.</exception>
    public static void Check(int code)
    {
        if (code != 0)
            throw new MpiException($"MPI reports: {Text(&ErrorOf, code)}");
    }

    private static string Text(delegate*<int, byte*, int, int> write, int code)
    {
        byte* text = stackalloc byte[TextLength];
        _ = write(code, text, TextLength);
        ReadOnlySpan<byte> whole = new(text, TextLength);
        return System.Text.Encoding.UTF8.GetString(whole[..whole.IndexOf((byte)0)]).Trim();
    }

    private static int VersionOf(int code, byte* text, int length) => VersionText(text, length);

    private static int ErrorOf(int code, byte* text, int length) => ErrorText(code, text, length);

    [LibraryImport(Name, EntryPoint = "tracefast_mpi_version")]
    private static partial int VersionText(byte* text, int length);

    [LibraryImport(Name, EntryPoint = "tracefast_mpi_error")]
    private static partial int ErrorText(int code, byte* text, int length);
}

/// <summary>MPI is missing where a job needs it, or has failed; the message says what to do.</summary>
public sealed class MpiException(string message) : Exception(message);

/// <summary>Some rank was interrupted; all ranks get this from the same exchange, and stop after the same step.</summary>
public sealed class RanksInterruptedException : OperationCanceledException;

/// <summary>Another rank has failed, or does not answer; it is named.</summary>
public sealed class RankFailedException(string message) : Exception(message);
