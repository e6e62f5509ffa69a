using System.Runtime.InteropServices;

namespace TraceFast.Kernels.Native;

/// <summary>
/// Memory that a C++ kernel needs during a call. Each thread keeps one piece of at most 32 MiB from call to call: it stays in the caches, and
/// the allocator, whose lists of free pieces grow long in a step, is not asked 500 times a step.
/// </summary>
internal sealed unsafe class CpuWorkspace
{
    private const long Kept = 32 << 20;
    private const nuint Alignment = 64;

    [ThreadStatic]
    private static CpuWorkspace? s_own;

    private void* _memory;
    private long _bytes;
    private bool _taken;

    private CpuWorkspace()
    {
    }

    ~CpuWorkspace() => NativeMemory.AlignedFree(_memory);

    /// <summary>At least <paramref name="bytes"/>, undefined, until it is disposed of by the thread that took it.</summary>
    public static Lease Take(long bytes)
    {
        CpuWorkspace own = s_own ??= new CpuWorkspace();
        if (bytes > Kept || own._taken)
            return new Lease(null, NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 1), Alignment));
        if (bytes > own._bytes)
        {
            NativeMemory.AlignedFree(own._memory);
            own._memory = null;
            own._bytes = 0;
            own._memory = NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
            own._bytes = bytes;
        }
        own._taken = true;
        return new Lease(own, own._memory);
    }

    /// <summary>Memory that is taken; dispose of it once.</summary>
    internal readonly ref struct Lease(CpuWorkspace? own, void* address)
    {
        public void* Address => address;

        public void Dispose()
        {
            if (own is null)
                NativeMemory.AlignedFree(address);
            else
                own._taken = false;
        }
    }
}
