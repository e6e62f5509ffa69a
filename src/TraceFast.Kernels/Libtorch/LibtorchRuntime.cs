using System.Reflection;
using System.Runtime.InteropServices;

namespace TraceFast.Kernels.Libtorch;

/// <summary>
/// libtorch is not there, does not load, or is not the version that this program is written for. The message says what to do.
/// </summary>
public sealed class LibtorchException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>How libtorch is set up in this process.</summary>
public static unsafe class LibtorchRuntime
{
    /// <summary>The versions whose exports <see cref="NativeMethods"/> names.</summary>
    public const string LibtorchVersion = "2.10.0", TorchSharpVersion = "0.107.0";

    private static readonly Lazy<bool> s_loaded = new(LoadOnce);

    /// <summary>Loads libtorch, once, and checks its version.</summary>
    /// <exception cref="LibtorchException">It does not load, or is another version.</exception>
    public static void Load() => _ = s_loaded.Value;

    /// <summary>The processor, for who may be the first to name a device: torch.CPU loads libtorch in TorchSharp's way.</summary>
    /// <exception cref="LibtorchException">As <see cref="Load"/>.</exception>
    public static torch.Device Cpu
    {
        get
        {
            Load();
            return torch.CPU;
        }
    }

    /// <summary>
    /// How many tensors the garbage collector has released so far: each was made outside a dispose scope and not disposed. Ours are none; a
    /// test holds the program to it, since TorchSharp does not keep such a tensor alive while libtorch reads it.
    /// </summary>
    public static long FinalizedTensors => NativeMethods.tracefast_finalized_tensors();

    /// <summary>Bytes of the tensors on the CPU that libtorch has allocated; mapped files are none of them.</summary>
    public static long TensorBytes => NativeMethods.tracefast_tensor_bytes();

    /// <summary>The most <see cref="TensorBytes"/> since the last call, which the next one then counts from.</summary>
    public static long TakePeakTensorBytes() => NativeMethods.tracefast_take_peak_tensor_bytes();

    private static bool LoadOnce()
    {
        nint libtorch;
        try
        {
            // Before TorchSharp does: what it does not find beside the program it looks for in NuGet's folder, and prints that search to
            // stdout.
            Assembly own = Assembly.GetExecutingAssembly();
            // The guard before libtorch, so that libtorch's allocator is found in it (native/torchsharp/allocator.cpp).
            NativeLibrary.Load("LibTorchSharp", own, null);
            libtorch = NativeLibrary.Load("torch_cpu", own, null);
            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or NotSupportedException)
        {
            throw new LibtorchException(
                $"libtorch {LibtorchVersion} does not load "
                    + $"from {AppContext.BaseDirectory}: {e.Message.Split('\n')[0].Trim()}; run ./tracefast build", e);
        }
        if (!NativeLibrary.TryGetExport(libtorch, "aoti_torch_abi_version", out nint version))
            throw new LibtorchException(
                $"this libtorch is older than {LibtorchVersion}, for which this program is written; run ./tracefast build");
        ulong abi = ((delegate* unmanaged<ulong>)version)(); // a byte each from the top: major, minor, patch
        CheckVersions(typeof(torch).Assembly.GetName().Version!.ToString(3), $"{abi >> 56}.{(abi >> 48) & 0xFF}.{(abi >> 40) & 0xFF}");
        // MKL's vector functions find out about the processor in their first call. Where two threads make it at once, one may compute with
        // functions for another processor, whose values differ: a rotary table, and with it a run, then differs from the next.
        long before = NativeMethods.tracefast_tensor_bytes();
        using torch.Tensor numbers = torch.ones(16);
        if (NativeMethods.tracefast_tensor_bytes() == before)
            throw new LibtorchException(
                "libtorch was loaded before this program loaded it, and takes memory by itself (native/torchsharp/allocator.cpp); use no "
                + "tensor before LibtorchRuntime.Load(), and preload no libtorch");
        using torch.Tensor first = numbers.cos();
        return true;
    }

    internal static void CheckVersions(string torchSharp, string libtorch)
    {
        foreach ((string name, string found, string expected) in ((string, string, string)[])
                 [("TorchSharp", torchSharp, TorchSharpVersion), ("libtorch", libtorch, LibtorchVersion)])
        {
            if (found != expected)
                throw new LibtorchException(
                    $"{name} is version {found}, and this program is written for {expected}; run ./tracefast build, which takes the "
                        + "versions of Directory.Packages.props");
        }
    }
}
