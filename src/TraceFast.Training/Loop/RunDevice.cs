using TraceFast.Data.Progress;
using TraceFast.Data;
using TraceFast.Kernels;
using TraceFast.Kernels.Libtorch;

namespace TraceFast.Training.Loop;

/// <summary>Where the run computes, and with how many threads.</summary>
internal static class RunDevice
{
    /// <param name="wanted">auto, cpu or cuda.</param>
    /// <param name="log">Gets the choice where it was not asked for.</param>
    /// <exception cref="Data.InputException">cuda is asked for where libtorch has none.</exception>
    public static torch.Device Choose(string wanted, IRunLog log)
    {
        LibtorchRuntime.Load();
        bool cuda = wanted != "cpu" && torch.cuda.is_available();
        if (wanted == "cuda" && !cuda)
            throw new Data.InputException(
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
    /// Fixes the number of threads, on which sums depend to the bit, and has libtorch refuse operations without a fixed order of additions.
    /// </summary>
    /// <param name="device">On a GPU libtorch's own kernels are not held to it: cuBLAS would need an environment variable from before the
    /// process began.</param>
    /// <param name="threads">0: one per processor.</param>
    public static void MakeDeterministic(torch.Device device, int threads)
    {
        LibtorchRuntime.Load();
        torch.set_num_threads(threads > 0 ? threads : Environment.ProcessorCount);
        Determinism.Required = device.type == DeviceType.CPU;
    }
}
