using System.Diagnostics;
using TraceFast.Data.Progress;
using TraceFast.Kernels;
using TraceFast.Kernels.Libtorch;

namespace TraceFast.Training.Loop;

/// <summary>Where the run computes, and with how many threads.</summary>
internal static class RunDevice
{
    /// <exception cref="InputException">cuda is set, but libtorch has none.</exception>
    public static torch.Device Choose(string wanted, IRunLog log)
    {
        LibtorchRuntime.Load();
        bool cuda = wanted != "cpu" && torch.cuda.is_available();
        if (wanted == "cuda" && !cuda)
            throw new InputException(
                "device: cuda, but libtorch finds no GPU here; set device: cpu or auto, or install a libtorch with CUDA");
        if (wanted == "auto")
            log.Line($"device: {(cuda ? "cuda" : "cpu")} (auto)");
        return cuda ? torch.CUDA : torch.CPU;
    }

    /// <summary>The fastest operations for a device, named in the log.</summary>
    public static KernelSet KernelsFor(torch.Device device, IRunLog log)
    {
        KernelSet kernels = KernelSet.For(device);
        log.Line($"kernels: {kernels.Name} ({kernels.Describe()})");
        return kernels;
    }

    /// <summary>
    /// Fixes the number of threads, on which sums depend to the bit, and has libtorch reject operations without a fixed order of additions.
    /// </summary>
    /// <param name="device">On a GPU this does not apply to libtorch's own kernels: cuBLAS would need an environment variable set before
    /// the process started.</param>
    /// <param name="threads">0: one per processor.</param>
    /// <param name="processors">Those that this rank has to itself.</param>
    public static void MakeDeterministic(torch.Device device, int threads, int processors)
    {
        LibtorchRuntime.Load();
        torch.set_num_threads(threads > 0 ? threads : processors);
        Determinism.Required = device.type == DeviceType.CPU;
    }
}

/// <summary>
/// The element type of activations and frozen weights. <c>compute_dtype</c> forces one; <c>bf16: true</c> permits bfloat16, which is used
/// on a GPU, and on a processor that has bf16 arithmetic and whose matrix product really is faster in it, measured once; else float32.
/// </summary>
internal static class ComputeDtypeChoice
{
    // Below this gain the casts around the products cost more.
    private const double WorthwhileSpeedup = 1.25;
    private const int Rows = 512;
    private const int Width = 1024;
    private const int Repetitions = 7;

    /// <param name="resumed">The dtype of the resumed checkpoint; null without one.</param>
    public static torch.ScalarType Choose(string? forced, bool bf16Permitted, string? resumed, torch.Device device, IRunLog log)
    {
        (string chosen, string why) = Decide(forced, bf16Permitted, resumed, device);
        log.Line($"compute dtype: {chosen} ({why})");
        return chosen switch
        {
            "float32" => torch.ScalarType.Float32,
            "bfloat16" => torch.ScalarType.BFloat16,
            "float64" => torch.ScalarType.Float64,
            _ => throw new InputException($"compute_dtype: found '{chosen}', expected float32, bfloat16, float64 or auto"),
        };
    }

    public static string NameOf(torch.ScalarType dtype) => dtype.ToString().ToLowerInvariant();

    private static (string Chosen, string Why) Decide(string? forced, bool bf16Permitted, string? resumed, torch.Device device)
    {
        if (forced is not null)
            return (forced, "compute_dtype says so");
        if (!bf16Permitted)
            return ("float32", "bf16: true would permit bfloat16");
        if (resumed is not null)
            return (resumed, "as in the checkpoint");
        if (device.type != DeviceType.CPU)
            return ("bfloat16", "bf16: true");
        if (!RunEnvironment.HasBf16Arithmetic)
            return ("float32", $"bf16: true permits bfloat16, but the processor, {RunEnvironment.Processor}, has no bf16 arithmetic");
        double speedup = MeasuredSpeedup();
        string measured = string.Create(
            CultureInfo.InvariantCulture,
            $"bf16: true permits bfloat16; its matrix product was measured {speedup:0.00} times as fast as float32's here");
        return speedup >= WorthwhileSpeedup ? ("bfloat16", measured) : ("float32", measured);
    }

    /// <summary>
    /// How many times as fast a [Rows, Width] x [Width, Width] product is in bfloat16, by the shortest time of each dtype. They
    /// alternate, so that a short disturbance does not hit all products of one dtype.
    /// </summary>
    private static double MeasuredSpeedup()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGradient = torch.no_grad();
        (torch.Tensor A, torch.Tensor B)[] factors = Array.ConvertAll(
            [torch.ScalarType.Float32, torch.ScalarType.BFloat16],
            dtype => (torch.ones([Rows, Width], dtype: dtype), torch.ones([Width, Width], dtype: dtype)));
        double[] shortest = [double.PositiveInfinity, double.PositiveInfinity];
        for (int i = 0; i <= Repetitions; i++)
        {
            for (int d = 0; d < factors.Length; d++)
            {
                long start = Stopwatch.GetTimestamp();
                using torch.Tensor product = torch.matmul(factors[d].A, factors[d].B);
                if (i > 0) // The first one warms up.
                    shortest[d] = Math.Min(shortest[d], Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }

        return shortest[0] / shortest[1];
    }
}
