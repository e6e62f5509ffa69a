using TraceFast.Kernels.Libtorch;

namespace TraceFast.Models;

/// <summary>How a decoder computes.</summary>
public sealed record DecoderOptions
{
    /// <summary>
    /// float32, float64 (every step in double) or bfloat16 (norms, rotary angles, softmax, log-sum-exp and LoRA parameters in float32).
    /// </summary>
    public torch.ScalarType ComputeDtype { get; init; } = torch.ScalarType.Float32;

    public torch.Device Device { get; init; } = LibtorchRuntime.Cpu;

    /// <summary>
    /// Full fine-tuning: every parameter is trained. Its one copy is then float32 (float64 under float64) and is cast to the compute
    /// dtype where it is used, so that updates are never rounded to 16 bits.
    /// </summary>
    public bool TrainAll { get; init; }

    public KernelSet Kernels { get; init; } = KernelSet.Tiled;

    /// <summary>The element type of trained parameters.</summary>
    internal torch.ScalarType MasterDtype =>
        ComputeDtype == torch.ScalarType.Float64 ? torch.ScalarType.Float64 : torch.ScalarType.Float32;
}
