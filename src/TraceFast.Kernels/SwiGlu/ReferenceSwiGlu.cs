namespace TraceFast.Kernels.SwiGlu;

/// <summary>swiglu in libtorch operations; formula and shapes at <see cref="SwiGluKernel"/>.</summary>
public sealed class ReferenceSwiGlu() : SwiGluKernel(KernelProvider.Reference)
{
    protected override torch.Tensor ForwardCore(torch.Tensor gate, torch.Tensor up, GateActivation activation)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor activated = activation switch
        {
            GateActivation.Silu => torch.nn.functional.silu(gate),
            GateActivation.Gelu => torch.nn.functional.gelu(gate),
            _ => GeluTanh(gate.to(Precision.Accumulation(gate.dtype))).to(gate.dtype),
        };
        return (activated * up).MoveToOuterDisposeScope();
    }

    private static torch.Tensor GeluTanh(torch.Tensor z)
    {
        torch.Tensor inner = Math.Sqrt(2 / Math.PI) * (z + (0.044715 * z.pow(3)));
        return 0.5 * z * (1.0 + inner.tanh());
    }
}
