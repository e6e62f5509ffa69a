using System.Runtime.InteropServices;

namespace TraceFast.Cuda;

/// <summary>libcuda.so.1, which comes with NVIDIA's driver. Nothing is loaded before the first call.</summary>
public sealed unsafe partial class LibCuda : ICudaDriver
{
    private const string Library = "libcuda.so.1";

    /// <summary>Whether the driver's library is on this machine. It says nothing about a device.</summary>
    public static bool IsInstalled => NativeLibrary.TryLoad(Library, typeof(LibCuda).Assembly, null, out _);

    public CudaResult Init(uint flags) => cuInit(flags);

    public CudaResult DeviceGet(out int device, int ordinal) => cuDeviceGet(out device, ordinal);

    public CudaResult DeviceGetAttribute(out int value, CudaDeviceAttribute attribute, int device) =>
        cuDeviceGetAttribute(out value, attribute, device);

    public CudaResult DevicePrimaryCtxRetain(out nint context, int device) => cuDevicePrimaryCtxRetain(out context, device);

    public CudaResult DevicePrimaryCtxRelease(int device) => cuDevicePrimaryCtxRelease_v2(device);

    public CudaResult CtxPushCurrent(nint context) => cuCtxPushCurrent_v2(context);

    public CudaResult CtxPopCurrent(out nint context) => cuCtxPopCurrent_v2(out context);

    public CudaResult ModuleLoadDataEx(out nint module, byte* image, uint count, int* options, void** values) =>
        cuModuleLoadDataEx(out module, image, count, options, values);

    public CudaResult ModuleUnload(nint module) => cuModuleUnload(module);

    public CudaResult ModuleGetFunction(out nint function, nint module, string name) => cuModuleGetFunction(out function, module, name);

    public CudaResult LaunchKernel(nint function, LaunchShape shape, nint stream, void** parameters) =>
        cuLaunchKernel(function, (uint)shape.GridX, (uint)shape.GridY, 1, (uint)shape.Threads, 1, 1, 0, stream, parameters, null);

    public CudaResult DriverGetVersion(out int version) => cuDriverGetVersion(out version);

    public CudaResult DeviceGetName(out string name, int device)
    {
        const int Bytes = 256;
        byte* buffer = stackalloc byte[Bytes];
        CudaResult result = cuDeviceGetName(buffer, Bytes, device);
        name = result == CudaResult.Success ? Marshal.PtrToStringUTF8((nint)buffer)! : "";
        return result;
    }

    public CudaResult CtxSynchronize() => cuCtxSynchronize();

    public CudaResult MemAlloc(out nint address, long bytes) => cuMemAlloc_v2(out address, (nuint)bytes);

    public CudaResult MemFree(nint address) => cuMemFree_v2(address);

    public CudaResult MemcpyHtoD(nint target, void* source, long bytes) => cuMemcpyHtoD_v2(target, source, (nuint)bytes);

    public CudaResult MemcpyDtoH(void* target, nint source, long bytes) => cuMemcpyDtoH_v2(target, source, (nuint)bytes);

    public CudaResult MemcpyDtoD(nint target, nint source, long bytes) => cuMemcpyDtoD_v2(target, source, (nuint)bytes);

    public CudaResult EventCreate(out nint created, uint flags) => cuEventCreate(out created, flags);

    public CudaResult EventRecord(nint recorded, nint stream) => cuEventRecord(recorded, stream);

    public CudaResult EventSynchronize(nint recorded) => cuEventSynchronize(recorded);

    public CudaResult EventElapsedTime(out float milliseconds, nint from, nint to) => cuEventElapsedTime(out milliseconds, from, to);

    public CudaResult EventDestroy(nint destroyed) => cuEventDestroy_v2(destroyed);

    public string Describe(CudaResult result) =>
        cuGetErrorName(result, out nint name) == CudaResult.Success && cuGetErrorString(result, out nint text) == CudaResult.Success
            ? $"{Marshal.PtrToStringUTF8(name)}, {Marshal.PtrToStringUTF8(text)}"
            : "unknown error";

    [LibraryImport(Library)]
    private static partial CudaResult cuInit(uint flags);

    [LibraryImport(Library)]
    private static partial CudaResult cuDeviceGet(out int device, int ordinal);

    [LibraryImport(Library)]
    private static partial CudaResult cuDeviceGetAttribute(out int value, CudaDeviceAttribute attribute, int device);

    [LibraryImport(Library)]
    private static partial CudaResult cuDevicePrimaryCtxRetain(out nint context, int device);

    [LibraryImport(Library)]
    private static partial CudaResult cuDevicePrimaryCtxRelease_v2(int device);

    [LibraryImport(Library)]
    private static partial CudaResult cuCtxPushCurrent_v2(nint context);

    [LibraryImport(Library)]
    private static partial CudaResult cuCtxPopCurrent_v2(out nint context);

    [LibraryImport(Library)]
    private static partial CudaResult cuModuleLoadDataEx(out nint module, byte* image, uint count, int* options, void** values);

    [LibraryImport(Library)]
    private static partial CudaResult cuModuleUnload(nint module);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial CudaResult cuModuleGetFunction(out nint function, nint module, string name);

    [LibraryImport(Library)]
    private static partial CudaResult cuLaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint sharedBytes, nint stream,
        void** parameters, void** extra);

    [LibraryImport(Library)]
    private static partial CudaResult cuDriverGetVersion(out int version);

    [LibraryImport(Library)]
    private static partial CudaResult cuDeviceGetName(byte* name, int length, int device);

    [LibraryImport(Library)]
    private static partial CudaResult cuCtxSynchronize();

    [LibraryImport(Library)]
    private static partial CudaResult cuMemAlloc_v2(out nint address, nuint bytes);

    [LibraryImport(Library)]
    private static partial CudaResult cuMemFree_v2(nint address);

    [LibraryImport(Library)]
    private static partial CudaResult cuMemcpyHtoD_v2(nint target, void* source, nuint bytes);

    [LibraryImport(Library)]
    private static partial CudaResult cuMemcpyDtoH_v2(void* target, nint source, nuint bytes);

    [LibraryImport(Library)]
    private static partial CudaResult cuMemcpyDtoD_v2(nint target, nint source, nuint bytes);

    [LibraryImport(Library)]
    private static partial CudaResult cuEventCreate(out nint created, uint flags);

    [LibraryImport(Library)]
    private static partial CudaResult cuEventRecord(nint recorded, nint stream);

    [LibraryImport(Library)]
    private static partial CudaResult cuEventSynchronize(nint recorded);

    [LibraryImport(Library)]
    private static partial CudaResult cuEventElapsedTime(out float milliseconds, nint from, nint to);

    [LibraryImport(Library)]
    private static partial CudaResult cuEventDestroy_v2(nint destroyed);

    [LibraryImport(Library)]
    private static partial CudaResult cuGetErrorName(CudaResult result, out nint name);

    [LibraryImport(Library)]
    private static partial CudaResult cuGetErrorString(CudaResult result, out nint text);
}
