using TraceFast.Torch.Native;

namespace TraceFast.Torch;

public static partial class torch
{
    /// <summary>Threads that share one operation (OpenMP's, and OpenBLAS's where it is built on OpenMP).</summary>
    public static int get_num_threads() => NativeMethods.tracefast_num_threads();

    public static void set_num_threads(int num) => NativeMethods.Check(NativeMethods.tracefast_set_num_threads(num));

    /// <summary>Threads that run independent operations. Can be set once, before the first of them.</summary>
    public static int get_num_interop_threads() => NativeMethods.tracefast_num_interop_threads();

    public static void set_num_interop_threads(int num) => NativeMethods.Check(NativeMethods.tracefast_set_num_interop_threads(num));

    /// <summary>NVIDIA GPUs, where libtorch was built for them.</summary>
    public static class cuda
    {
        public static bool is_available() => device_count() > 0;

        public static unsafe int device_count()
        {
            int count;
            NativeMethods.Check(NativeMethods.tracefast_device_count((int)DeviceType.CUDA, &count));
            return count;
        }

        /// <summary>Waits until everything queued on the device is done.</summary>
        public static void synchronize(Device? device = null) =>
            NativeMethods.Check(NativeMethods.tracefast_cuda_synchronize(device?.index ?? -1));
    }

    public static bool cuda_is_available() => cuda.is_available();

    /// <summary>The version of libtorch that is in use.</summary>
    public static string __version__ { get; } =
        System.Runtime.InteropServices.Marshal.PtrToStringUTF8(NativeMethods.tracefast_torch_version()) ?? "";
}
