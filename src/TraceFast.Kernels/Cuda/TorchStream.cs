using System.Runtime.InteropServices;

namespace TraceFast.Kernels.Cuda;

/// <summary>
/// The stream that torch's own kernels of this thread go to, by libtorch's C shim (TorchSharp does not say it). It is a thing of the thread
/// and can change: ask at each launch.
/// </summary>
public static unsafe class TorchStream
{
    // AOTITorchError aoti_torch_get_current_cuda_stream(int32_t device_index, void** ret_stream)
    private static readonly delegate* unmanaged<int, nint*, int> s_current = Find();

    /// <summary>0 where no CUDA libtorch is loaded: the legacy default stream, which torch uses until another is set.</summary>
    public static nint Current(int device)
    {
        if (s_current == null)
            return 0;
        nint stream;
        return s_current(device, &stream) == 0
            ? stream : throw new InvalidOperationException($"libtorch gave no current stream of CUDA device {device}");
    }

    // Loading a library that is loaded already gives that one.
    private static delegate* unmanaged<int, nint*, int> Find() =>
        NativeLibrary.TryLoad("libtorch_cuda.so", out nint library)
            && NativeLibrary.TryGetExport(library, "aoti_torch_get_current_cuda_stream", out nint export)
            ? (delegate* unmanaged<int, nint*, int>)export
            : null;
}
