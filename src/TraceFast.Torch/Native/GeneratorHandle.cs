using System.Runtime.InteropServices;

namespace TraceFast.Torch.Native;

/// <summary>Owns one at::Generator*.</summary>
internal sealed class GeneratorHandle : SafeHandle
{
    internal GeneratorHandle(nint generator) : base(0, ownsHandle: true) => SetHandle(generator);

    public override bool IsInvalid => handle == 0;

    /// <summary>The pointer, held until <see cref="SafeHandle.DangerousRelease"/>.</summary>
    internal nint Acquire()
    {
        if (IsClosed)
            throw new ObjectDisposedException("torch.Generator", "The generator has been disposed.");
        bool held = false;
        DangerousAddRef(ref held);
        return handle;
    }

    internal nint Pointer => IsClosed
        ? throw new ObjectDisposedException("torch.Generator", "The generator has been disposed.")
        : handle;

    protected override bool ReleaseHandle() => NativeMethods.tracefast_generator_free(handle) == 0;
}
