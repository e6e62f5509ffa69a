using System.Runtime.InteropServices;

namespace TraceFast.Cuda;

/// <summary>
/// NVIDIA's tools extension, by which Nsight Systems shows named ranges: libnvToolsExt.so.1 of CUDA 12 and older, or libnvtx3interop.so of
/// newer toolkits. Outside a tool's recording its calls return at once.
/// </summary>
public sealed unsafe class NvtxLibrary
{
    private readonly delegate* unmanaged<byte*, int> _push;
    private readonly delegate* unmanaged<int> _pop;

    private NvtxLibrary(nint push, nint pop)
    {
        _push = (delegate* unmanaged<byte*, int>)push;
        _pop = (delegate* unmanaged<int>)pop;
    }

    /// <summary>The names that are looked for, in order.</summary>
    public static IReadOnlyList<string> Names { get; } = ["libnvToolsExt.so.1", "libnvtx3interop.so.1", "libnvtx3interop.so"];

    /// <summary>Null where none of <see cref="Names"/> is on this machine.</summary>
    public static NvtxLibrary? Load()
    {
        foreach (string name in Names)
        {
            if (NativeLibrary.TryLoad(name, typeof(NvtxLibrary).Assembly, null, out nint library)
                && NativeLibrary.TryGetExport(library, "nvtxRangePushA", out nint push)
                && NativeLibrary.TryGetExport(library, "nvtxRangePop", out nint pop))
                return new NvtxLibrary(push, pop);
        }
        return null;
    }

    /// <summary>Begins a range of this thread, inside the one that is open.</summary>
    /// <param name="name">Ends with a zero; ASCII.</param>
    public void Push(ReadOnlySpan<byte> name)
    {
        fixed (byte* first = name)
            _push(first);
    }

    /// <summary>Ends the innermost range of this thread.</summary>
    public void Pop() => _pop();
}
