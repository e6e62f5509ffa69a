using TraceFast.Kernels.Profiling;

namespace TraceFast.Kernels.SwiGlu;

/// <summary>The function that the gate passes through.</summary>
public enum GateActivation
{
    /// <summary>silu(z) = z * sigmoid(z)</summary>
    Silu,

    /// <summary>gelu(z) = z * Phi(z) = z/2 * (1 + erf(z / sqrt 2))</summary>
    Gelu,

    /// <summary>z/2 * (1 + tanh(sqrt(2/pi) * (z + 0.044715 z^3)))  (Hugging Face's gelu_pytorch_tanh)</summary>
    GeluTanh,
}

/// <summary>
/// swiglu: the gated activation of the feed-forward block (Shazeer 2020, arXiv 2002.05202, eq. 6; with gelu it is GEGLU).
///
///     y = act(gate) * up
///
/// backward: dgate = dy * up * act'(gate),  dup = dy * act(gate).
/// </summary>
public abstract class SwiGluKernel(KernelProvider provider) : Kernel("swiglu", provider)
{
    /// <param name="gate">[..., I], floating point.</param>
    /// <param name="up">[..., I], dtype of gate.</param>
    /// <param name="activation">The function of the gate.</param>
    /// <returns>[..., I], dtype of gate.</returns>
    /// <exception cref="KernelArgumentException">A shape or dtype does not fit.</exception>
    public torch.Tensor Forward(torch.Tensor gate, torch.Tensor up, GateActivation activation = GateActivation.Silu)
    {
        using ProfilerScope profiled = Profiler.Open(this);
        Check(gate, up, activation);
        if (profiled.IsOpen)
            Describe(profiled, gate, activation);
        return ForwardCore(gate, up, activation);
    }

    /// <summary>Forward: silu takes 5 operations per element, gelu 6, gelu_tanh 10, the product included; gate, up in, y out.</summary>
    public static Cost ForwardCost(long elements, GateActivation activation, torch.ScalarType dtype) =>
        new(elements * Operations(activation), 3.0 * elements * Precision.Size(dtype));

    /// <summary>Backward: about twice the forward's operations; dy, gate, up in, dgate, dup out.</summary>
    public static Cost BackwardCost(long elements, GateActivation activation, torch.ScalarType dtype) =>
        new(2 * elements * Operations(activation), 5.0 * elements * Precision.Size(dtype));

    /// <summary><see cref="Forward"/> with arguments that fit.</summary>
    protected abstract torch.Tensor ForwardCore(torch.Tensor gate, torch.Tensor up, GateActivation activation);

    private static void Describe(ProfilerScope profiled, torch.Tensor gate, GateActivation activation)
    {
        long elements = gate.numel(), width = gate.dim() == 0 ? 1 : gate.shape[^1];
        profiled.Describe(
            ForwardCost(elements, activation, gate.dtype), new OperandSizes("gate [{0}, {1}]", width == 0 ? 0 : elements / width, width),
            BackwardCost(elements, activation, gate.dtype));
    }

    private void Check(torch.Tensor gate, torch.Tensor up, GateActivation activation)
    {
        Expect.That(gate is not null, nameof(gate), "null", "a tensor [..., I]");
        Expect.Floating(gate!, nameof(gate), gate!.shape);
        Expect.Shape(up, nameof(up), gate.shape);
        Expect.Dtype(up, nameof(up), gate.dtype);
        Expect.SameDevice(up, nameof(up), gate);
        Expect.That(Enum.IsDefined(activation), nameof(activation), activation, "Silu, Gelu or GeluTanh");
        CheckProvider(gate, nameof(gate));
    }

    private static double Operations(GateActivation activation) =>
        activation switch { GateActivation.Silu => 5, GateActivation.Gelu => 6, _ => 10 };
}
