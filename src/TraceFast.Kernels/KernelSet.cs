using TraceFast.Kernels.AdamW;
using TraceFast.Kernels.AdamW8Bit;
using TraceFast.Kernels.Cuda;
using TraceFast.Kernels.IopoLoss;
using TraceFast.Kernels.LinearLogProb;
using TraceFast.Kernels.LoraLinear;
using TraceFast.Kernels.RmsNorm;
using TraceFast.Kernels.Rope;
using TraceFast.Kernels.SwiGlu;
using TraceFast.Kernels.TreeAttention;

namespace TraceFast.Kernels;

/// <summary>One provider for each operation. A model is built with a set and calls nothing else for these operations.</summary>
public sealed record KernelSet(
    string Name,
    RmsNormKernel RmsNorm,
    RopeKernel Rope,
    SwiGluKernel SwiGlu,
    TreeAttentionKernel TreeAttention,
    LoraLinearKernel LoraLinear,
    LinearLogProbKernel LinearLogProb,
    AdamWKernel AdamW,
    AdamW8BitKernel AdamW8Bit,
    IopoLossKernel IopoLoss)
{
    /// <summary>
    /// The formulas as written, in libtorch operations on every device: the oracle that the other sets are tested against. It
    /// holds all scores of attention [Hq, N, N] and all logits [M, V] in memory.
    /// </summary>
    public static KernelSet Reference { get; } = new(
        KernelProvider.Reference.Name,
        new ReferenceRmsNorm(),
        new ReferenceRope(),
        new ReferenceSwiGlu(),
        new ReferenceTreeAttention(),
        new ReferenceLoraLinear(),
        new ReferenceLinearLogProb(),
        new ReferenceAdamW(),
        new ReferenceAdamW8Bit(),
        new ReferenceIopoLoss());

    /// <summary>
    /// libtorch operations on every device; attention and log-probabilities by tiles, so that memory grows with N and M
    /// alone.
    /// </summary>
    public static KernelSet Tiled { get; } = Reference with
    {
        Name = KernelProvider.Tiled.Name,
        TreeAttention = new TiledTreeAttention(),
        LinearLogProb = new TiledLinearLogProb(),
    };

    /// <summary>
    /// C++ for the processor at hand (native/kernels/cpu), float64, float32 and bfloat16 on the CPU. Products with a
    /// weight are libtorch's where those are faster (<see cref="CpuProducts"/>).
    /// </summary>
    public static KernelSet Cpu { get; } = new(
        KernelProvider.Cpu.Name,
        new CpuRmsNorm(),
        new CpuRope(),
        new CpuSwiGlu(),
        new CpuTreeAttention(),
        new CpuLoraLinear(),
        new CpuLinearLogProb(),
        new CpuAdamW(),
        new CpuAdamW8Bit(),
        new ReferenceIopoLoss());

    /// <summary>
    /// ILGPU's PTX for NVIDIA GPUs of compute capability 8.0 and later (src/TraceFast.GpuKernels), float64, float32 and bfloat16. Matrix
    /// products stay cuBLAS's; adamw_8bit is libtorch's operations on the GPU.
    /// </summary>
    public static KernelSet OnCuda(CudaTarget target) => new(
        target.Provider.Name,
        new CudaRmsNorm(target),
        new CudaRope(target),
        new CudaSwiGlu(target),
        new CudaTreeAttention(target),
        new CudaLoraLinear(target),
        new CudaLinearLogProb(target),
        new CudaAdamW(target),
        new ReferenceAdamW8Bit(),
        new CudaIopoLoss(target));

    /// <summary>The fastest set for a device; on a GPU that the CUDA kernels do not take it is <see cref="Tiled"/>.</summary>
    public static KernelSet For(torch.Device device) => device.type switch
    {
        DeviceType.CPU => Cpu,
        DeviceType.CUDA when CudaTarget.Gpu.Refusal(Math.Max(0, device.index)) is null => OnCuda(CudaTarget.Gpu),
        _ => Tiled,
    };

    /// <summary>One line that names the provider of each operation.</summary>
    public string Describe() => string.Join(", ", Kernels.Select(k => $"{k.Operation} {k.Provider.Name}"));

    // adamw_8bit is named by the runs that use it; iopo_loss is the trainer's own, on the host, unless a device has a kernel for it.
    private IEnumerable<Kernel> Kernels
    {
        get
        {
            Kernel[] ofModels = [RmsNorm, Rope, SwiGlu, TreeAttention, LoraLinear, LinearLogProb, AdamW];
            return IopoLoss.Provider.Device is null ? ofModels : [.. ofModels, IopoLoss];
        }
    }
}
