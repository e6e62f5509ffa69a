using System.Collections.Concurrent;
using System.Text;
using TraceFast.Cuda;
using TraceFast.Kernels.Profiling;

namespace TraceFast.Kernels.Cuda;

/// <summary>Marks as CUDA events on the stream that torch works on. One thread at a time.</summary>
internal sealed class CudaClock(CudaEvents events, Func<nint> stream) : IDeviceClock
{
    public nint Mark() => events.Record(stream());

    public void Wait(nint mark) => events.Wait(mark);

    public double Seconds(nint from, nint to) => events.Seconds(from, to);

    public void Release(nint mark) => events.Release(mark);

    public void Dispose() => events.Dispose();
}

/// <summary>Events as NVTX ranges; each name is put into bytes once.</summary>
public sealed class NvtxRanges : INamedRanges
{
    private readonly NvtxLibrary _library;
    private readonly ConcurrentDictionary<(string Name, int Layer), byte[]> _names = new();

    private NvtxRanges(NvtxLibrary library) => _library = library;

    /// <summary>Null where no library of NVTX is on this machine.</summary>
    public static NvtxRanges? Load() => NvtxLibrary.Load() is NvtxLibrary library ? new NvtxRanges(library) : null;

    public void Push(string name, int layer) => _library.Push(_names.GetOrAdd((name, layer), static key => Encoding.ASCII.GetBytes(
        key.Layer == Profiler.None ? key.Name + "\0" : FormattableString.Invariant($"{key.Name}, layer {key.Layer}\0"))));

    public void Pop() => _library.Pop();
}
