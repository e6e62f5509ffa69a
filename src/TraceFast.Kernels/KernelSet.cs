namespace TraceFast.Kernels;

/// <summary>One provider for each operation. A model is built with a set and calls nothing else for these operations.</summary>
public sealed record KernelSet(
    string Name,
    IRmsNorm RmsNorm,
    IRope Rope,
    ISwiGlu SwiGlu,
    ITreeAttention TreeAttention,
    ILoraLinear LoraLinear,
    ILinearLogProb LinearLogProb,
    IAdamW AdamW)
{
    /// <summary>libtorch operations on every device: the oracle that the other sets are tested against.</summary>
    public static KernelSet Reference { get; } = new(
        "reference",
        new ReferenceRmsNorm(),
        new ReferenceRope(),
        new ReferenceSwiGlu(),
        new ReferenceTreeAttention(),
        new ReferenceLoraLinear(),
        new ReferenceLinearLogProb(),
        new ReferenceAdamW());

    /// <summary>
    /// C++ for the processor at hand (native/kernels/cpu), float64, float32 and bfloat16 on the CPU. Every operation is its
    /// own; matrix products stay libtorch's.
    /// </summary>
    public static KernelSet Cpu { get; } = new(
        "cpu",
        new CpuRmsNorm(),
        new CpuRope(),
        new CpuSwiGlu(),
        new CpuTreeAttention(),
        new CpuLoraLinear(),
        new CpuLinearLogProb(),
        new CpuAdamW());

    /// <summary>The fastest set for a device.</summary>
    public static KernelSet For(torch.Device device) => device.type == DeviceType.CPU ? Cpu : Reference;

    /// <summary>One line that says which provider computes each operation.</summary>
    public string Describe() => string.Join(", ", [
        $"rms_norm {Provider(RmsNorm)}",
        $"rope {Provider(Rope)}",
        $"swiglu {Provider(SwiGlu)}",
        $"tree_attention {Provider(TreeAttention)}",
        $"lora_linear {Provider(LoraLinear)}",
        $"linear_log_prob {Provider(LinearLogProb)}",
        $"adamw {Provider(AdamW)}",
    ]);

    // Providers are named <Provider><Operation>, their interfaces I<Operation>.
    private static string Provider<T>(T operation)
        where T : notnull => operation.GetType().Name.Replace(typeof(T).Name[1..], "", StringComparison.Ordinal).ToLowerInvariant();
}
