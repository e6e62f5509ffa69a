using System.Collections.Concurrent;
using TraceFast.Cuda;
using TraceFast.Kernels.Profiling;

namespace TraceFast.Kernels.Cuda;

/// <summary>
/// Where the Cuda providers run: NVIDIA GPUs through their driver (<see cref="Gpu"/>), or in the tests the interpreter of PTX on the memory
/// of CPU tensors. Names kernels by dtype and shape, and sizes their grids.
/// </summary>
public sealed class CudaTarget
{
    /// <summary>Groups of 256 threads that one multiprocessor holds at once.</summary>
    private const int GroupsPerMultiprocessor = 8;

    private const int LargestGridY = 65535;

    private static readonly ConcurrentDictionary<int, Lazy<CudaLauncher>> s_launchers = new();

    private readonly Func<int, CudaLauncher> _launcher;
    private readonly Func<int, nint> _stream;
    private readonly Action<nint, long>? _observe;

    /// <param name="provider">Its name and the device of its tensors.</param>
    /// <param name="launcher">The launcher of a device's ordinal.</param>
    /// <param name="stream">The stream to launch on.</param>
    /// <param name="observe">Is told address and bytes of all memory that a launch may touch.</param>
    internal CudaTarget(
        KernelProvider provider, Func<int, CudaLauncher> launcher, Func<int, nint> stream, Action<nint, long>? observe = null) =>
        (Provider, _launcher, _stream, _observe) = (provider, launcher, stream, observe);

    /// <summary>Each GPU by its ordinal, on the stream that torch works on.</summary>
    public static CudaTarget Gpu { get; } = new(
        KernelProvider.Cuda,
        ordinal => s_launchers.GetOrAdd(ordinal, o => new Lazy<CudaLauncher>(() => new CudaLauncher(new LibCuda(), o))).Value,
        TorchStream.Current);

    public KernelProvider Provider { get; }

    /// <summary>Why the kernels cannot run on a GPU; null: they can.</summary>
    public string? Refusal(int ordinal)
    {
        try
        {
            _launcher(ordinal);
            return null;
        }
        catch (Exception e) when (e is NotSupportedException or CudaDriverException or DllNotFoundException)
        {
            return e.Message;
        }
    }

    /// <summary>Times what torch's stream of a GPU does. Ask <see cref="Refusal"/> first.</summary>
    public IDeviceClock Clock(int ordinal) => new CudaClock(_launcher(ordinal).Events(), () => _stream(ordinal));

    /// <summary>The kernel's name for tensors of a dtype.</summary>
    internal static string Kernel(string name, torch.ScalarType dtype, bool vectors = false)
    {
        string suffix = dtype switch
        {
            torch.ScalarType.BFloat16 => "bf16",
            torch.ScalarType.Float32 => "f32",
            torch.ScalarType.Float64 => "f64",
            _ => throw new ArgumentException($"the CUDA kernels take float64, float32 and bfloat16, not {dtype}", nameof(dtype)),
        };
        return $"{name}{(vectors ? "_vectors" : "")}_{suffix}";
    }

    /// <summary>Elements in 16 bytes.</summary>
    internal static int PerVector(torch.ScalarType dtype) => 16 / Precision.Size(dtype);

    /// <summary>
    /// Whether the kernels of 16-byte vectors take these: rows of whole vectors of the first tensor's elements, all strides but the last
    /// dimension's and all addresses too (a slice of a tensor can begin anywhere). There are none for float64.
    /// </summary>
    internal static unsafe bool FitVectors(long width, torch.Tensor first, params ReadOnlySpan<torch.Tensor?> others)
    {
        int perVector = PerVector(first.dtype);
        if (first.dtype == torch.ScalarType.Float64 || width % perVector != 0 || !Fits(first))
            return false;
        foreach (torch.Tensor? tensor in others)
        {
            if (tensor is not null && !Fits(tensor))
                return false;
        }
        return true;

        bool Fits(torch.Tensor tensor)
        {
            if (tensor.numel() == 0)
                return true;
            for (int i = 0; i < tensor.dim() - 1; i++)
            {
                if (tensor.stride(i) % perVector != 0)
                    return false;
            }
            return (nint)tensor.Address() % 16 == 0;
        }
    }

    /// <summary>Rows and columns of a matrix.</summary>
    internal static (int Rows, int Width) Size(torch.Tensor matrix) => (checked((int)matrix.shape[0]), checked((int)matrix.shape[1]));

    internal static int Ceiling(long count, int size) => checked((int)((count + size - 1) / size));

    /// <param name="kernel">Its name.</param>
    /// <param name="shape">An empty grid launches nothing.</param>
    /// <param name="pointed">Tensors whose addresses stand in an argument: the kernel reads and writes them too.</param>
    /// <param name="arguments">In the order of the kernel's parameters.</param>
    internal void Launch(
        string kernel, LaunchShape shape, IEnumerable<torch.Tensor> pointed, params ReadOnlySpan<KernelArgument> arguments)
    {
        torch.Tensor[] alive = [.. pointed];
        foreach (torch.Tensor tensor in alive)
            Observe(tensor);
        Launch(kernel, shape, arguments);
        GC.KeepAlive(alive);
    }

    internal void Launch(string kernel, LaunchShape shape, params ReadOnlySpan<KernelArgument> arguments)
    {
        if (shape.GridX == 0 || shape.GridY == 0)
            return;
        int device = Device(arguments);
        LaunchArgument[] plain = new LaunchArgument[arguments.Length];
        for (int i = 0; i < plain.Length; i++)
        {
            Observe(arguments[i]);
            plain[i] = arguments[i].Argument;
        }
        _launcher(device).Launch(kernel, shape with { GridY = Math.Min(shape.GridY, LargestGridY) }, _stream(device), plain);
        // Once launched, torch's allocator reuses memory in the order of the stream.
        foreach (KernelArgument argument in arguments)
            GC.KeepAlive(argument.Tensor);
    }

    /// <summary>A group for each row.</summary>
    internal void LaunchRows(string kernel, int rows, int threads, params ReadOnlySpan<KernelArgument> arguments) =>
        Launch(kernel, new LaunchShape(rows, 1, threads), arguments);

    /// <summary>A thread for each item, in as many groups as fill the device: threads stride through what is left.</summary>
    internal void LaunchItems(string kernel, long items, int threads, params ReadOnlySpan<KernelArgument> arguments)
    {
        long most = (long)_launcher(Device(arguments)).Multiprocessors * GroupsPerMultiprocessor;
        Launch(kernel, new LaunchShape((int)Math.Min(most, (items + threads - 1) / threads), 1, threads), arguments);
    }

    private void Observe(KernelArgument argument)
    {
        (nint address, long bytes) = argument.Memory;
        if (bytes > 0)
            _observe?.Invoke(address, bytes);
    }

    private static int Device(ReadOnlySpan<KernelArgument> arguments)
    {
        foreach (KernelArgument argument in arguments)
        {
            if (argument.Tensor is torch.Tensor tensor)
                return Math.Max(0, tensor.device_index);
        }
        return 0;
    }
}
