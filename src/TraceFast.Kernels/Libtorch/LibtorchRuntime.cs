using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TraceFast.Kernels.Libtorch;

/// <summary>libtorch is not there, does not load, or is not the version that this program is written for. The message says what to do.</summary>
public sealed class LibtorchException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>How libtorch is set up in this process.</summary>
public static unsafe class LibtorchRuntime
{
    /// <summary>The versions whose exports <see cref="NativeMethods"/> names.</summary>
    public const string LibtorchVersion = "2.10.0", TorchSharpVersion = "0.107.0";

    // Turns of a thread's waiting loop before it sleeps: below 0.1 ms. Threads that spin for as long as GNU's default (300,000 turns and more)
    // keep the processor from the one that they wait for as soon as another program wants it too.
    private const string SpinCount = "1000";

    private static readonly Lazy<bool> Loaded = new(LoadOnce);

    /// <summary>
    /// Has OpenMP's threads sleep soon while they wait, unless the user's environment says how they wait (OMP_WAIT_POLICY, GOMP_SPINCOUNT).
    /// libgomp reads this when it is loaded, with libtorch: so it runs as soon as anything of this assembly does.
    /// </summary>
#pragma warning disable CA2255 // a library's module initializer: nobody who uses the operations should have to know of this
    [ModuleInitializer]
#pragma warning restore CA2255
    public static void SetWaitPolicy()
    {
        if (!OperatingSystem.IsLinux())
            return;
        if (Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null && Environment.GetEnvironmentVariable("GOMP_SPINCOUNT") is null)
            _ = NativeMethods.SetEnvironmentVariable("GOMP_SPINCOUNT", SpinCount, 0);
    }

    /// <summary>Loads libtorch, once, and checks its version.</summary>
    /// <exception cref="LibtorchException">It does not load, or is another version.</exception>
    public static void Load() => _ = Loaded.Value;

    /// <summary>
    /// How many tensors the garbage collector has released so far: each was made outside a dispose scope and not disposed. Ours are none; a
    /// test holds the program to it, since TorchSharp does not keep such a tensor alive while libtorch reads it.
    /// </summary>
    public static long FinalizedTensors => NativeMethods.tracefast_finalized_tensors();

    private static bool LoadOnce()
    {
        nint libtorch;
        try
        {
            // Before TorchSharp does: what it does not find beside the program it looks for in NuGet's folder, and prints that search to stdout.
            Assembly own = Assembly.GetExecutingAssembly();
            libtorch = NativeLibrary.Load("torch_cpu", own, null);
            NativeLibrary.Load("LibTorchSharp", own, null);
            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or NotSupportedException)
        {
            throw new LibtorchException($"libtorch {LibtorchVersion} does not load from {AppContext.BaseDirectory}: {e.Message.Split('\n')[0].Trim()}; run ./tracefast build", e);
        }
        if (!NativeLibrary.TryGetExport(libtorch, "aoti_torch_abi_version", out nint version))
            throw new LibtorchException($"this libtorch is older than {LibtorchVersion}, for which this program is written; run ./tracefast build");
        ulong abi = ((delegate* unmanaged<ulong>)version)(); // a byte each from the top: major, minor, patch
        CheckVersions(typeof(torch).Assembly.GetName().Version!.ToString(3), $"{abi >> 56}.{(abi >> 48) & 0xFF}.{(abi >> 40) & 0xFF}");
        return true;
    }

    internal static void CheckVersions(string torchSharp, string libtorch)
    {
        foreach ((string name, string found, string expected) in ((string, string, string)[])
                 [("TorchSharp", torchSharp, TorchSharpVersion), ("libtorch", libtorch, LibtorchVersion)])
        {
            if (found != expected)
                throw new LibtorchException($"{name} is version {found}, and this program is written for {expected}; run ./tracefast build, which takes the versions of Directory.Packages.props");
        }
    }
}
