using TraceFast.Kernels.Native;

namespace TraceFast.Kernels.SwiGlu;

/// <summary>swiglu in one pass each way; formula and shapes at <see cref="SwiGluKernel"/>. The passes are the provider's.</summary>
public abstract class FusedSwiGlu(KernelProvider provider) : SwiGluKernel(provider)
{
    protected override torch.Tensor ForwardCore(torch.Tensor gate, torch.Tensor up, GateActivation activation)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor gates, ups, y;
        using (torch.no_grad())
        {
            gates = gate.AsRows();
            ups = up.AsRows();
            y = torch.empty(gate.shape, gate.dtype, gate.device);
            Forward(gates, ups, activation, y);
        }
        torch.Tensor result = GraphNode.Wanted(gate, up) ? new Node(this, activation).Record([gate, up], [y], [gates, ups])[0] : y;
        return result.MoveToOuterDisposeScope();
    }

    /// <param name="gate">[N, I], neighboring columns; rows may have a stride.</param>
    /// <param name="up">As gate.</param>
    /// <param name="y">Gets the result, dense.</param>
    private protected abstract void Forward(torch.Tensor gate, torch.Tensor up, GateActivation activation, torch.Tensor y);

    /// <param name="dy">Dense, as are the gradients that <paramref name="dgate"/> and <paramref name="dup"/> get.</param>
    private protected abstract void Backward(
        torch.Tensor gate, torch.Tensor up, torch.Tensor dy, GateActivation activation, torch.Tensor dgate, torch.Tensor dup);

    private sealed class Node(FusedSwiGlu kernel, GateActivation activation) : GraphNode
    {
        protected override string Name => "swiglu";

        protected override torch.Tensor?[] Backward(ReadOnlySpan<torch.Tensor?> gradients)
        {
            if (gradients[0] is null)
                return [null, null];
            torch.Tensor dy = gradients[0]!.contiguous();
            torch.Tensor dgate = torch.empty(dy.shape, dy.dtype, dy.device), dup = torch.empty(dy.shape, dy.dtype, dy.device);
            kernel.Backward(Saved(0), Saved(1), dy, activation, dgate, dup);
            return [dgate, dup];
        }
    }
}
