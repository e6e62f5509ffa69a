using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using TraceFast.Cuda;
using TraceFast.Kernels;
using TraceFast.Kernels.Cuda;

namespace TraceFast.PtxInterpreter;

/// <summary>
/// A CUDA driver whose device is the interpreter: memory is the host's, streams run at once. It keeps what a driver keeps (contexts on a
/// stack, modules of a context, references to the primary context) and refuses what a driver refuses.
/// </summary>
internal sealed unsafe class InterpretedDriver(double approximation = 0, int major = 9) : ICudaDriver
{
    public const nint PrimaryContext = 0x1000;

    private readonly ConcurrentDictionary<nint, (PtxModule Text, PtxKernel Kernel)> _modules = new();

    // Each thread has its own stack of contexts, and allows the memory of its own next launch.
    private readonly ConcurrentDictionary<int, Stack<nint>> _contexts = new();
    private readonly ConcurrentDictionary<int, List<(nint Address, long Bytes)>> _memory = new();
    private readonly ConcurrentDictionary<nint, long> _allocated = new();
    // When each was recorded, by the Stopwatch; 0: not yet. Streams run at once, so that is when it is reached.
    private readonly ConcurrentDictionary<nint, long> _events = new();
    private readonly Lock _gate = new();
    private int _handles = 0x2000;
    private bool _initialized;

    /// <summary>Held on the primary context.</summary>
    public int References { get; private set; }

    /// <summary>Contexts that this thread has pushed and not popped.</summary>
    public int ContextsLeft => Contexts.Count;

    public int ModulesLoaded => _modules.Count;

    /// <summary>Blocks of memory that were not freed.</summary>
    public int BlocksLeft => _allocated.Count;

    /// <summary>Created and not destroyed.</summary>
    public int EventsLeft => _events.Count;

    private Stack<nint> Contexts => _contexts.GetOrAdd(Environment.CurrentManagedThreadId, _ => new Stack<nint>());

    private List<(nint Address, long Bytes)> Memory => _memory.GetOrAdd(Environment.CurrentManagedThreadId, _ => []);

    /// <summary>The entries launched, in order.</summary>
    public List<string> Launches { get; } = [];

    public List<nint> Streams { get; } = [];

    /// <summary>A target of CPU tensors on this driver.</summary>
    public CudaTarget Target()
    {
        CudaLauncher launcher = new(this, 0);
        return new CudaTarget(new KernelProvider("cuda (interpreted)", DeviceType.CPU), _ => launcher, _ => 0, Allow);
    }

    /// <summary>The next launch may touch this memory.</summary>
    public void Allow(nint address, long bytes) => Memory.Add((address, bytes));

    public CudaResult Init(uint flags)
    {
        _initialized = true;
        return CudaResult.Success;
    }

    public CudaResult DeviceGet(out int device, int ordinal)
    {
        device = ordinal;
        return !_initialized ? CudaResult.NotInitialized : ordinal == 0 ? CudaResult.Success : CudaResult.InvalidDevice;
    }

    public CudaResult DeviceGetAttribute(out int value, CudaDeviceAttribute attribute, int device)
    {
        value = attribute switch
        {
            CudaDeviceAttribute.ComputeCapabilityMajor => major,
            CudaDeviceAttribute.ComputeCapabilityMinor => 0,
            _ => 4, // multiprocessors: few, so that groups stride
        };
        return CudaResult.Success;
    }

    public CudaResult DevicePrimaryCtxRetain(out nint context, int device)
    {
        References++;
        context = PrimaryContext;
        return CudaResult.Success;
    }

    public CudaResult DevicePrimaryCtxRelease(int device)
    {
        if (References == 0)
            return CudaResult.InvalidContext;
        if (--References == 0)
            _modules.Clear();
        return CudaResult.Success;
    }

    public CudaResult CtxPushCurrent(nint context)
    {
        if (References == 0 || context != PrimaryContext)
            return CudaResult.InvalidContext;
        Contexts.Push(context);
        return CudaResult.Success;
    }

    public CudaResult CtxPopCurrent(out nint context) =>
        Contexts.TryPop(out context) ? CudaResult.Success : CudaResult.InvalidContext;

    public CudaResult ModuleLoadDataEx(out nint module, byte* image, uint count, int* options, void** values)
    {
        module = 0;
        if (Contexts.Count == 0)
            return CudaResult.InvalidContext;
        try
        {
            PtxModule text = new(Marshal.PtrToStringUTF8((nint)image)!);
            _modules[module = Interlocked.Increment(ref _handles)] = (text, new PtxKernel(text, approximation));
            return CudaResult.Success;
        }
        catch (Exception e) when (e is FormatException or NotSupportedException)
        {
            for (uint i = 0; i < count; i++)
            {
                if (options[i] == 5) // CU_JIT_ERROR_LOG_BUFFER
                    Encoding.UTF8.GetBytes(e.Message + "\0").CopyTo(new Span<byte>(values[i], 8192));
            }
            return CudaResult.InvalidPtx;
        }
    }

    public CudaResult ModuleUnload(nint module) => _modules.TryRemove(module, out _) ? CudaResult.Success : CudaResult.InvalidValue;

    public CudaResult ModuleGetFunction(out nint function, nint module, string name)
    {
        function = module;
        return !_modules.TryGetValue(module, out (PtxModule Text, PtxKernel) found)
            ? CudaResult.InvalidValue : found.Text.Entry == name ? CudaResult.Success : CudaResult.NotFound;
    }

    public CudaResult LaunchKernel(nint function, LaunchShape shape, nint stream, void** parameters)
    {
        if (Contexts.Count == 0 || !_modules.TryGetValue(function, out (PtxModule Text, PtxKernel Kernel) module))
            return CudaResult.InvalidContext;
        if (shape.GridX <= 0 || shape.GridY is <= 0 or > 65535 || shape.Threads <= 0)
            return CudaResult.InvalidValue;
        byte[] bytes = new byte[module.Text.ParameterBytes];
        for (int i = 0; i < module.Text.Parameters.Count; i++)
        {
            PtxParameter parameter = module.Text.Parameters[i];
            new Span<byte>(parameters[i], parameter.Size).CopyTo(bytes.AsSpan(parameter.Offset));
        }
        lock (_gate)
        {
            Launches.Add(module.Text.Entry);
            Streams.Add(stream);
        }
        (nint Address, long Bytes)[] allowed = [.. Memory, .. _allocated.Select(block => (block.Key, block.Value))];
        Memory.Clear();
        module.Kernel.Run((shape.GridX, shape.GridY), shape.Threads, bytes, (address, count) => Within(allowed, address, count));
        return CudaResult.Success;
    }

    public CudaResult DriverGetVersion(out int version)
    {
        version = 12080;
        return CudaResult.Success;
    }

    public CudaResult DeviceGetName(out string name, int device)
    {
        name = "interpreter";
        return CudaResult.Success;
    }

    public CudaResult CtxSynchronize() => Contexts.Count == 0 ? CudaResult.InvalidContext : CudaResult.Success;

    public CudaResult MemAlloc(out nint address, long bytes)
    {
        address = 0;
        if (Contexts.Count == 0)
            return CudaResult.InvalidContext;
        if (bytes <= 0)
            return CudaResult.InvalidValue;
        address = (nint)NativeMemory.AlignedAlloc((nuint)bytes, 256);
        _allocated[address] = bytes;
        return CudaResult.Success;
    }

    public CudaResult MemFree(nint address)
    {
        if (!_allocated.TryRemove(address, out _))
            return CudaResult.InvalidValue;
        NativeMemory.AlignedFree((void*)address);
        return CudaResult.Success;
    }

    public CudaResult MemcpyHtoD(nint target, void* source, long bytes) => Copy((void*)target, source, bytes, IsAllocated(target, bytes));

    public CudaResult MemcpyDtoH(void* target, nint source, long bytes) => Copy(target, (void*)source, bytes, IsAllocated(source, bytes));

    public CudaResult MemcpyDtoD(nint target, nint source, long bytes) =>
        Copy((void*)target, (void*)source, bytes, IsAllocated(target, bytes) && IsAllocated(source, bytes));

    public CudaResult EventCreate(out nint created, uint flags)
    {
        created = Interlocked.Increment(ref _handles);
        _events[created] = 0;
        return Contexts.Count == 0 ? CudaResult.InvalidContext : CudaResult.Success;
    }

    public CudaResult EventRecord(nint recorded, nint stream)
    {
        if (Contexts.Count == 0)
            return CudaResult.InvalidContext;
        if (!_events.ContainsKey(recorded))
            return CudaResult.InvalidHandle;
        _events[recorded] = Stopwatch.GetTimestamp();
        return CudaResult.Success;
    }

    public CudaResult EventSynchronize(nint recorded) => _events.ContainsKey(recorded) ? CudaResult.Success : CudaResult.InvalidHandle;

    public CudaResult EventElapsedTime(out float milliseconds, nint from, nint to)
    {
        milliseconds = 0;
        if (!_events.TryGetValue(from, out long first) || !_events.TryGetValue(to, out long last) || first == 0 || last == 0)
            return CudaResult.InvalidHandle;
        milliseconds = (float)((last - first) * 1000.0 / Stopwatch.Frequency);
        return CudaResult.Success;
    }

    public CudaResult EventDestroy(nint destroyed) => _events.TryRemove(destroyed, out _) ? CudaResult.Success : CudaResult.InvalidHandle;

    public string Describe(CudaResult result) => result.ToString();

    private static CudaResult Copy(void* target, void* source, long bytes, bool isAllowed)
    {
        if (!isAllowed)
            return CudaResult.InvalidValue;
        NativeMemory.Copy(source, target, (nuint)bytes);
        return CudaResult.Success;
    }

    private bool IsAllocated(nint address, long bytes) =>
        _allocated.Any(block => address >= block.Key && address - block.Key + bytes <= block.Value);


    private static bool Within((nint Address, long Bytes)[] memory, nint address, int bytes)
    {
        foreach ((nint start, long length) in memory)
        {
            if (address >= start && address - start + bytes <= length)
                return true;
        }
        return false;
    }
}
