using System.Runtime.InteropServices;

[assembly: System.Runtime.CompilerServices.DisableRuntimeMarshalling]

namespace TraceFast.Kernels.Native;

/// <summary>The C functions of native/autograd; they take any library's at::Tensor*.</summary>
internal static unsafe partial class AutogradLibrary
{
    private const string Library = "tracefast_autograd";

    /// <summary>Throws what libtorch threw, with its message.</summary>
    /// <exception cref="ExternalException">The status is not 0.</exception>
    internal static void Check(int status)
    {
        if (status != 0)
            throw new NativeKernelException(Marshal.PtrToStringUTF8(tracefast_autograd_last_error()) ?? "libtorch failed");
    }

    [DllImport(Library)] private static extern nint tracefast_autograd_last_error();
    [DllImport(Library)] internal static extern int tracefast_tensor_over_memory(nint data, long* sizes, int dimensions, int dtype, delegate* unmanaged<nint, void> release, nint context, nint* tensor);
    [DllImport(Library)] internal static extern int tracefast_set_deterministic(int on);
    [DllImport(Library)] internal static extern int tracefast_deterministic();
}
