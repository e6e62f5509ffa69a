using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;

namespace TraceFast.Cuda;

/// <summary>
/// The kernels of <c>Ptx</c> on one GPU: each loaded once into the primary context, the one that libtorch works in, and launched on a stream
/// of it. The driver compiles the PTX and caches what it made. Nothing is synchronized.
/// </summary>
public sealed unsafe class CudaLauncher : IDisposable
{
    private const int LogBytes = 8192;

    private readonly ICudaDriver _driver;
    private readonly int _device;
    private readonly nint _context;
    private readonly ConcurrentDictionary<string, Lazy<Loaded>> _loaded = new();

    /// <exception cref="CudaDriverException">There is no such device, or the driver refuses its context.</exception>
    /// <exception cref="NotSupportedException">The device is older than compute capability 8.0.</exception>
    public CudaLauncher(ICudaDriver driver, int ordinal)
    {
        _driver = driver;
        Ordinal = ordinal;
        _driver.Check(driver.Init(0), "cuInit");
        _driver.Check(driver.DeviceGet(out _device, ordinal), "cuDeviceGet");
        (int major, int minor) = (
            Attribute(CudaDeviceAttribute.ComputeCapabilityMajor), Attribute(CudaDeviceAttribute.ComputeCapabilityMinor));
        if (major < 8)
            throw new NotSupportedException(
                $"CUDA device {ordinal} has compute capability {major}.{minor}; the kernels need 8.0 (bfloat16 conversions)");
        Multiprocessors = Attribute(CudaDeviceAttribute.MultiprocessorCount);
        // Held for life: a released primary context takes every module with it.
        _driver.Check(driver.DevicePrimaryCtxRetain(out _context, _device), "cuDevicePrimaryCtxRetain");
    }

    public int Ordinal { get; }

    public int Multiprocessors { get; }

    /// <summary>The names of all kernels.</summary>
    public static IEnumerable<string> Kernels => typeof(CudaLauncher).Assembly.GetManifestResourceNames()
        .Select(name => Path.GetFileNameWithoutExtension(name["ptx/".Length..]));

    /// <summary>The PTX of a kernel.</summary>
    /// <exception cref="ArgumentException">There is no such kernel.</exception>
    public static string Ptx(string kernel)
    {
        using Stream stream = typeof(CudaLauncher).Assembly.GetManifestResourceStream($"ptx/{kernel}.ptx")
            ?? throw new ArgumentException($"there is no GPU kernel '{kernel}' in src/TraceFast.Cuda/Ptx", nameof(kernel));
        using StreamReader reader = new(stream, Encoding.ASCII);
        return reader.ReadToEnd();
    }

    /// <param name="kernel">A name of TraceFast.GpuKernels' catalog.</param>
    /// <param name="shape">Not empty.</param>
    /// <param name="stream">A stream of the primary context; 0 is its default stream.</param>
    /// <param name="arguments">In the order of the kernel's parameters.</param>
    /// <exception cref="CudaDriverException">The driver refuses the PTX or the launch.</exception>
    public void Launch(string kernel, LaunchShape shape, nint stream, params ReadOnlySpan<LaunchArgument> arguments)
    {
        using CurrentContext current = new(_driver, _context);
        Loaded loaded = _loaded.GetOrAdd(kernel, name => new Lazy<Loaded>(() => Load(name))).Value;
        if (!loaded.ParameterSizes.AsSpan().SequenceEqual(Sizes(arguments)))
            throw new ArgumentException(
                $"{kernel} has parameters of {string.Join(", ", loaded.ParameterSizes)} bytes, not of "
                + string.Join(", ", Sizes(arguments)), nameof(arguments));
        byte* storage = stackalloc byte[16 * arguments.Length];
        void** pointers = stackalloc void*[arguments.Length];
        for (int i = 0; i < arguments.Length; i++)
        {
            pointers[i] = storage + 16 * i;
            arguments[i].Write(storage + 16 * i);
        }
        _driver.Check(_driver.LaunchKernel(loaded.Function, shape, stream, pointers), $"cuLaunchKernel {kernel}");
    }

    /// <summary>Events on a stream of the primary context. They must go before the launcher.</summary>
    public CudaEvents Events() => new(_driver, _context);

    public void Dispose()
    {
        using (new CurrentContext(_driver, _context))
        {
            foreach (Lazy<Loaded> loaded in _loaded.Values)
            {
                if (loaded.IsValueCreated)
                    _driver.Check(_driver.ModuleUnload(loaded.Value.Module), "cuModuleUnload");
            }
        }
        _loaded.Clear();
        _driver.Check(_driver.DevicePrimaryCtxRelease(_device), "cuDevicePrimaryCtxRelease");
    }

    private static int[] Sizes(ReadOnlySpan<LaunchArgument> arguments)
    {
        int[] sizes = new int[arguments.Length];
        for (int i = 0; i < sizes.Length; i++)
            sizes[i] = arguments[i].Size;
        return sizes;
    }

    private int Attribute(CudaDeviceAttribute attribute)
    {
        _driver.Check(_driver.DeviceGetAttribute(out int value, attribute, _device), "cuDeviceGetAttribute");
        return value;
    }

    private Loaded Load(string kernel)
    {
        string text = Ptx(kernel);
        byte[] image = [.. Encoding.ASCII.GetBytes(text), 0];
        byte* log = stackalloc byte[LogBytes];
        log[0] = 0;
        int* options = stackalloc int[2] { 5, 6 }; // CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES
        void** values = stackalloc void*[2] { log, (void*)LogBytes };
        fixed (byte* pointer = image)
        {
            CudaResult result = _driver.ModuleLoadDataEx(out nint module, pointer, 2, options, values);
            if (result != CudaResult.Success)
                throw new CudaDriverException(
                    $"cuModuleLoadDataEx {kernel}", result, _driver.Describe(result), Marshal.PtrToStringUTF8((nint)log));
            _driver.Check(_driver.ModuleGetFunction(out nint function, module, kernel), $"cuModuleGetFunction {kernel}");
            return new Loaded(module, function, PtxParameters.Sizes(text));
        }
    }

    private sealed record Loaded(nint Module, nint Function, int[] ParameterSizes);
}
