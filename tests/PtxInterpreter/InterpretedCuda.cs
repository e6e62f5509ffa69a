using TraceFast.Kernels;
using TraceFast.Kernels.Cuda;
using TraceFast.Kernels.LinearLogProb;

namespace TraceFast.PtxInterpreter;

/// <summary>The CUDA kernels on the memory of CPU tensors.</summary>
public static class InterpretedCuda
{
    /// <summary>Every operation by its CUDA provider, its PTX run by the interpreter.</summary>
    public static KernelSet Kernels { get; } = Of(new InterpretedDriver().Target());

    // Small tiles of the head, so that cases of a few hundred rows cross their borders.
    private static KernelSet Of(CudaTarget target) =>
        KernelSet.OnCuda(target) with { LinearLogProb = new CudaLinearLogProb(target, 512, 2048) };
}
