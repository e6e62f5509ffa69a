using TraceFast.Cuda;

namespace TraceFast.Benchmarks.Gpu;

/// <summary>One GPU: memory, launches on its default stream, and the kernels that were launched. For one thread.</summary>
internal sealed unsafe class GpuDevice : IDisposable
{
    private readonly ICudaDriver _driver;
    private readonly CudaLauncher _launcher;
    private readonly int _device;

    /// <exception cref="CudaDriverException">There is no such device, or the driver refuses its context.</exception>
    /// <exception cref="NotSupportedException">The device is older than compute capability 8.0.</exception>
    public GpuDevice(ICudaDriver driver, int ordinal)
    {
        _driver = driver;
        _launcher = new CudaLauncher(driver, ordinal);
        _driver.Check(driver.DeviceGet(out _device, ordinal), "cuDeviceGet");
        _driver.Check(driver.DevicePrimaryCtxRetain(out nint context, _device), "cuDevicePrimaryCtxRetain");
        _driver.Check(driver.CtxPushCurrent(context), "cuCtxPushCurrent"); // for memory and copies; the launcher pushes its own
    }

    /// <summary>Names of the kernels launched so far.</summary>
    public HashSet<string> Launched { get; } = [];

    public int Multiprocessors => _launcher.Multiprocessors;

    public string Name
    {
        get
        {
            _driver.Check(_driver.DeviceGetName(out string name, _device), "cuDeviceGetName");
            return name;
        }
    }

    /// <summary>The CUDA version that the driver knows, as 12.8.</summary>
    public string DriverVersion
    {
        get
        {
            _driver.Check(_driver.DriverGetVersion(out int version), "cuDriverGetVersion");
            return $"{version / 1000}.{version % 1000 / 10}";
        }
    }

    public nint Allocate(long bytes)
    {
        _driver.Check(_driver.MemAlloc(out nint address, Math.Max(16, bytes)), $"cuMemAlloc of {bytes} bytes");
        return address;
    }

    public void Free(nint address) => _driver.Check(_driver.MemFree(address), "cuMemFree");

    public void Write(nint address, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* source = bytes)
            _driver.Check(_driver.MemcpyHtoD(address, source, bytes.Length), "cuMemcpyHtoD");
    }

    /// <summary>Waits for what was launched, then reads.</summary>
    public byte[] Read(nint address, long count)
    {
        byte[] bytes = new byte[count];
        fixed (byte* target = bytes)
            _driver.Check(_driver.MemcpyDtoH(target, address, count), "cuMemcpyDtoH");
        return bytes;
    }

    public void Copy(nint target, nint source, long bytes) => _driver.Check(_driver.MemcpyDtoD(target, source, bytes), "cuMemcpyDtoD");

    public void Launch(string kernel, LaunchShape shape, params ReadOnlySpan<LaunchArgument> arguments)
    {
        Launched.Add(kernel);
        _launcher.Launch(kernel, shape, 0, arguments);
    }

    /// <summary>Waits until everything that was launched is done.</summary>
    public void Wait() => _driver.Check(_driver.CtxSynchronize(), "cuCtxSynchronize");

    public void Dispose()
    {
        _launcher.Dispose();
        _driver.Check(_driver.CtxPopCurrent(out _), "cuCtxPopCurrent");
        _driver.Check(_driver.DevicePrimaryCtxRelease(_device), "cuDevicePrimaryCtxRelease");
    }
}
