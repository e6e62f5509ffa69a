namespace TraceFast.Cuda;

/// <summary>CUresult: those that the launcher and its tests tell apart.</summary>
public enum CudaResult
{
    Success = 0,
    InvalidValue = 1,
    NotInitialized = 3,
    NoDevice = 100,
    InvalidDevice = 101,
    InvalidContext = 201,
    InvalidPtx = 218,
    InvalidHandle = 400,
    NotFound = 500,
}

/// <summary>CUdevice_attribute.</summary>
public enum CudaDeviceAttribute
{
    MultiprocessorCount = 16,
    ComputeCapabilityMajor = 75,
    ComputeCapabilityMinor = 76,
}

/// <summary>
/// The part of the CUDA driver API that launches a kernel in a context and on a stream that somebody else made and times it, and the memory
/// calls of a program without libtorch: libcuda, or in the tests an interpreter of PTX. Names and arguments are the driver's.
/// </summary>
public unsafe interface ICudaDriver
{
    CudaResult Init(uint flags);

    CudaResult DeviceGet(out int device, int ordinal);

    CudaResult DeviceGetAttribute(out int value, CudaDeviceAttribute attribute, int device);

    CudaResult DevicePrimaryCtxRetain(out nint context, int device);

    CudaResult DevicePrimaryCtxRelease(int device);

    CudaResult CtxPushCurrent(nint context);

    CudaResult CtxPopCurrent(out nint context);

    CudaResult ModuleLoadDataEx(out nint module, byte* image, uint count, int* options, void** values);

    CudaResult ModuleUnload(nint module);

    CudaResult ModuleGetFunction(out nint function, nint module, string name);

    CudaResult LaunchKernel(nint function, LaunchShape shape, nint stream, void** parameters);

    CudaResult DriverGetVersion(out int version);

    CudaResult DeviceGetName(out string name, int device);

    CudaResult CtxSynchronize();

    CudaResult MemAlloc(out nint address, long bytes);

    CudaResult MemFree(nint address);

    CudaResult MemcpyHtoD(nint target, void* source, long bytes);

    CudaResult MemcpyDtoH(void* target, nint source, long bytes);

    CudaResult MemcpyDtoD(nint target, nint source, long bytes);

    CudaResult EventCreate(out nint created, uint flags);

    CudaResult EventRecord(nint recorded, nint stream);

    CudaResult EventSynchronize(nint recorded);

    CudaResult EventElapsedTime(out float milliseconds, nint from, nint to);

    CudaResult EventDestroy(nint destroyed);

    /// <summary>The driver's name and text of a result.</summary>
    string Describe(CudaResult result);

    /// <exception cref="CudaDriverException">The call did not succeed.</exception>
    void Check(CudaResult result, string call)
    {
        if (result != CudaResult.Success)
            throw new CudaDriverException(call, result, Describe(result));
    }
}

/// <summary>A call of the CUDA driver that failed, with the driver's own text and, for PTX, its compiler's log.</summary>
public sealed class CudaDriverException : Exception
{
    public CudaDriverException(string call, CudaResult result, string description, string? log = null)
        : base($"{call}: {description} ({(int)result}){(string.IsNullOrWhiteSpace(log) ? "" : "\n" + log)}")
    {
        Result = result;
    }

    public CudaResult Result { get; }
}
