using System.Runtime.InteropServices;

namespace TraceFast.Torch.Native;

/// <summary>
/// Owns one at::Tensor*. It is freed once, when disposed and no call is using it, or by the finalizer on its own thread
/// (libtorch's reference counts are atomic).
/// </summary>
internal sealed class TensorHandle : SafeHandle
{
    private static long s_live;
    private static long s_peak;

    internal TensorHandle(nint tensor) : base(0, ownsHandle: true)
    {
        SetHandle(tensor);
        long live = Interlocked.Increment(ref s_live);
        if (live > Volatile.Read(ref s_peak))
            Volatile.Write(ref s_peak, live);
    }

    internal static long Live => Interlocked.Read(ref s_live);

    internal static long Peak => Interlocked.Read(ref s_peak);

    public override bool IsInvalid => handle == 0;

    /// <summary>The pointer, held until <see cref="SafeHandle.DangerousRelease"/>.</summary>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    internal nint Acquire()
    {
        if (IsClosed)
            throw Disposed();
        bool held = false;
        DangerousAddRef(ref held);
        return handle;
    }

    /// <summary>The pointer, valid as long as nobody disposes the tensor.</summary>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    internal nint Pointer => IsClosed ? throw Disposed() : handle;

    /// <summary>Gives the pointer away: it is no longer freed here.</summary>
    internal nint Decouple()
    {
        nint pointer = Pointer;
        SetHandleAsInvalid();
        Interlocked.Decrement(ref s_live);
        return pointer;
    }

    protected override bool ReleaseHandle()
    {
        Interlocked.Decrement(ref s_live);
        return NativeMethods.tracefast_tensor_free(handle) == 0;
    }

    private static ObjectDisposedException Disposed() => new("torch.Tensor", "The tensor has been disposed.");
}
