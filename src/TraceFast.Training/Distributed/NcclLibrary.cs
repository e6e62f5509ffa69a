using System.Runtime.InteropServices;
using TraceFast.Kernels.Cuda;
using TraceFast.Kernels.Libtorch;

namespace TraceFast.Training.Distributed;

/// <summary>
/// NVIDIA's NCCL, 2.7 or later, which has ncclSend and ncclRecv: the functions of nccl.h that are used. libtorch carries its own inside
/// itself, where nobody else can call it.
/// </summary>
internal sealed unsafe class NcclLibrary
{
    /// <summary>An environment variable: the library's file, or <see cref="Unwanted"/>.</summary>
    public const string Variable = "TRACEFAST_NCCL";

    public const string Unwanted = "none";

    public const string Name = "libnccl.so.2";

    public const string Install =
        "apt-get install libnccl2 from NVIDIA's repository, or pip install nvidia-nccl-cu12 and " + Variable + "=FILE";

    private static readonly Version s_least = new(2, 7);

    private readonly delegate* unmanaged<UniqueId*, int> _getUniqueId;
    private readonly delegate* unmanaged<nint*, int, UniqueId, int, int> _initRank;
    private readonly delegate* unmanaged<nint, int> _destroy, _abort;
    private readonly delegate* unmanaged<nint, int*, int> _getAsyncError;
    private readonly delegate* unmanaged<void*, void*, nuint, int, int, nint, nint, int> _allReduce;
    private readonly delegate* unmanaged<void*, void*, nuint, int, nint, nint, int> _allGather;
    private readonly delegate* unmanaged<void*, nuint, int, int, nint, nint, int> _send, _receive;
    private readonly delegate* unmanaged<int> _groupStart, _groupEnd;
    private readonly delegate* unmanaged<int, byte*> _getErrorString;

    /// <summary>Null before NCCL 2.13.</summary>
    private readonly delegate* unmanaged<nint, byte*> _getLastError;

    private NcclLibrary(nint library, string file)
    {
        _getErrorString = (delegate* unmanaged<int, byte*>)Export("ncclGetErrorString");
        _getLastError = (delegate* unmanaged<nint, byte*>)(
            NativeLibrary.TryGetExport(library, "ncclGetLastError", out nint last) ? last : 0);
        int version;
        Check(((delegate* unmanaged<int*, int>)Export("ncclGetVersion"))(&version), "ncclGetVersion");
        Version = VersionOf(version);
        if (Version < s_least)
            throw new NcclException(
                $"{file} is NCCL {Version}, and {s_least} or later is needed, which sends between two ranks; {Install}, or "
                + $"{Variable}={Unwanted} to exchange gradients over MPI and host memory");
        _getUniqueId = (delegate* unmanaged<UniqueId*, int>)Export("ncclGetUniqueId");
        _initRank = (delegate* unmanaged<nint*, int, UniqueId, int, int>)Export("ncclCommInitRank");
        _destroy = (delegate* unmanaged<nint, int>)Export("ncclCommDestroy");
        _abort = (delegate* unmanaged<nint, int>)Export("ncclCommAbort");
        _getAsyncError = (delegate* unmanaged<nint, int*, int>)Export("ncclCommGetAsyncError");
        _allReduce = (delegate* unmanaged<void*, void*, nuint, int, int, nint, nint, int>)Export("ncclAllReduce");
        _allGather = (delegate* unmanaged<void*, void*, nuint, int, nint, nint, int>)Export("ncclAllGather");
        _send = (delegate* unmanaged<void*, nuint, int, int, nint, nint, int>)Export("ncclSend");
        _receive = (delegate* unmanaged<void*, nuint, int, int, nint, nint, int>)Export("ncclRecv");
        _groupStart = (delegate* unmanaged<int>)Export("ncclGroupStart");
        _groupEnd = (delegate* unmanaged<int>)Export("ncclGroupEnd");

        nint Export(string name) => NativeLibrary.TryGetExport(library, name, out nint export)
            ? export
            : throw new NcclException($"{file} has no {name}: it is not NCCL {s_least} or later; {Install}");
    }

    public Version Version { get; }

    /// <summary>Length of what <see cref="GetUniqueId"/> gives.</summary>
    public static int UniqueIdBytes => sizeof(UniqueId);

    /// <summary>The library of this machine.</summary>
    /// <param name="environment">Value of a variable; null: none.</param>
    /// <param name="name">What is looked for where <see cref="Variable"/> names no file.</param>
    /// <returns>Null, with the reason, where there is none.</returns>
    /// <exception cref="NcclException">It is too old, is no NCCL, or the file that the variable names cannot be loaded.</exception>
    public static (NcclLibrary? Library, string Reason) Find(Func<string, string?> environment, string name = Name)
    {
        string? wanted = environment(Variable);
        if (wanted == Unwanted)
            return (null, $"{Variable} is {Unwanted}");
        string file = string.IsNullOrEmpty(wanted) ? name : wanted;
        if (NativeLibrary.TryLoad(file, typeof(NcclLibrary).Assembly, null, out nint library))
            return (new NcclLibrary(library, file), "");
        return string.IsNullOrEmpty(wanted)
            ? (null, $"there is no {name} ({Install})")
            : throw new NcclException(
                $"{Variable} is {file}, which cannot be loaded as a library; name NCCL's {Name}, or {Unwanted} to exchange gradients over "
                + "MPI and host memory");
    }

    /// <summary>The name of a new communicator, which all its ranks give to <see cref="InitRank"/>.</summary>
    public byte[] GetUniqueId()
    {
        UniqueId id;
        Check(_getUniqueId(&id), "ncclGetUniqueId");
        return new ReadOnlySpan<byte>(&id, sizeof(UniqueId)).ToArray();
    }

    /// <summary>Waits for the other ranks. The GPU is the calling thread's current one.</summary>
    /// <returns>ncclComm_t.</returns>
    public nint InitRank(int ranks, ReadOnlySpan<byte> id, int rank)
    {
        nint communicator = 0;
        Check(
            _initRank(&communicator, ranks, MemoryMarshal.Read<UniqueId>(id), rank), "ncclCommInitRank",
            "each rank needs a GPU of its own, the first that it sees by CUDA_VISIBLE_DEVICES; ");
        return communicator;
    }

    public void Destroy(nint communicator) => Check(_destroy(communicator), "ncclCommDestroy");

    /// <summary>Gives up what is queued. Its own failure would hide the one before it.</summary>
    public void Abort(nint communicator) => _ = _abort(communicator);

    /// <summary>Throws if an operation that was queued has failed since.</summary>
    public void CheckQueued(nint communicator)
    {
        int code;
        Check(_getAsyncError(communicator, &code), "ncclCommGetAsyncError");
        Check(code, "an operation that was under way");
    }

    public void AllReduce(torch.Tensor own, torch.Tensor sum, nint communicator)
    {
        const int Sum = 0;
        Check(
            _allReduce(own.Address(), sum.Address(), (nuint)own.numel(), TypeOf(own), Sum, communicator, StreamOf(own)),
            $"ncclAllReduce of {own.numel()} numbers");
    }

    public void AllGather(torch.Tensor own, torch.Tensor all, nint communicator) => Check(
        _allGather(own.Address(), all.Address(), (nuint)own.numel(), TypeOf(own), communicator, StreamOf(own)),
        $"ncclAllGather of {own.numel()} numbers");

    /// <summary>Queues sends and receives together, so that none waits for another.</summary>
    public void Group(Action sendAndReceive)
    {
        Check(_groupStart(), "ncclGroupStart");
        try
        {
            sendAndReceive();
        }
        catch
        {
            _ = _groupEnd(); // the group has failed already
            throw;
        }
        Check(_groupEnd(), "ncclGroupEnd");
    }

    /// <param name="at">Where the part begins, in numbers.</param>
    public void Send(torch.Tensor from, long at, long count, int rank, nint communicator) => Check(
        _send((byte*)from.Address() + (at * from.ElementSize), (nuint)count, TypeOf(from), rank, communicator, StreamOf(from)),
        $"ncclSend of {count} numbers to rank {rank}");

    /// <inheritdoc cref="Send"/>
    public void Receive(torch.Tensor into, long at, long count, int rank, nint communicator) => Check(
        _receive((byte*)into.Address() + (at * into.ElementSize), (nuint)count, TypeOf(into), rank, communicator, StreamOf(into)),
        $"ncclRecv of {count} numbers from rank {rank}");

    /// <summary>ncclGetVersion's number: 2708 is 2.7.8, and from 2.9 on 20908 is 2.9.8.</summary>
    internal static Version VersionOf(int code) => code < 10000
        ? new Version(code / 1000, code / 100 % 10, code % 100) : new Version(code / 10000, code / 100 % 100, code % 100);

    // ncclDataType_t
    private static int TypeOf(torch.Tensor tensor) => tensor.dtype switch
    {
        torch.ScalarType.Float32 => 7,
        torch.ScalarType.Float64 => 8,
        _ => throw new ArgumentException($"gradients are exchanged as float32 or float64, not {tensor.dtype}"),
    };

    private static nint StreamOf(torch.Tensor tensor) => TorchStream.Current(Math.Max(0, tensor.device_index));

    private void Check(int code, string operation, string advice = "")
    {
        if (code == 0)
            return;
        string last = _getLastError != null && Text(_getLastError(0)) is { Length: > 0 } text ? $" ({text.Trim()})" : "";
        throw new NcclException(
            $"NCCL: {operation} failed: {Text(_getErrorString(code))}{last}; {advice}NCCL_DEBUG=INFO logs why, and {Variable}={Unwanted} "
            + "exchanges gradients over MPI and host memory instead");
    }

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    /// <summary>ncclUniqueId, which goes by value.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct UniqueId
    {
        private fixed byte _bytes[128];
    }
}

/// <summary>NCCL is too old, cannot be loaded, or has failed; the message says what to do.</summary>
public sealed class NcclException(string message) : Exception(message);
