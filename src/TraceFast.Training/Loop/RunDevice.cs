using TraceFast.Training.Metrics.Progress;

namespace TraceFast.Training.Loop;

/// <summary>Where the run computes, and with how many threads.</summary>
internal static class RunDevice
{
    /// <param name="wanted">auto, cpu or cuda.</param>
    /// <param name="log">Gets the choice where it was not asked for.</param>
    /// <exception cref="Data.InputException">cuda is asked for where libtorch has none.</exception>
    public static torch.Device Choose(string wanted, IRunLog log)
    {
        bool cuda = wanted != "cpu" && torch.cuda.is_available();
        if (wanted == "cuda" && !cuda)
            throw new Data.InputException("device: cuda, but libtorch finds no GPU here; set device: cpu or auto, or install a libtorch with CUDA");
        if (wanted == "auto")
            log.Line($"device: {(cuda ? "cuda" : "cpu")} (auto)");
        return cuda ? torch.CUDA : torch.CPU;
    }

    /// <summary>Fixes the number of threads: results depend on it to the bit.</summary>
    /// <param name="threads">0: one per processor.</param>
    public static void SetThreads(int threads) => torch.set_num_threads(threads > 0 ? threads : Environment.ProcessorCount);
}
