using TraceFast.Kernels.Native;

namespace TraceFast.Kernels.SwiGlu;

/// <summary>swiglu in C++, one pass; formula and shapes at <see cref="SwiGluKernel"/>.</summary>
public sealed unsafe class CpuSwiGlu() : SwiGluKernel(KernelProvider.Cpu)
{
    protected override torch.Tensor ForwardCore(torch.Tensor gate, torch.Tensor up, GateActivation activation)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor gates, ups, y;
        using (torch.no_grad())
        {
            gates = gate.AsRows();
            ups = up.AsRows();
            y = torch.empty(gate.shape, gate.dtype);
            SwiGluForward arguments = new()
            {
                Dtype = gate.KernelDtype(), Activation = (int)activation, Rows = gates.shape[0], Width = gates.shape[1],
                Gate = gates.Address(), GateStride = gates.stride(0), Up = ups.Address(), UpStride = ups.stride(0), Y = y.Address(),
            };
            CpuKernels.Table.SwiGluForward(&arguments);
            GC.KeepAlive((gates, ups));
        }
        return (GraphNode.Wanted(gate, up) ? new Node(activation).Record([gate, up], [y], [gates, ups])[0] : y).MoveToOuterDisposeScope();
    }

    private sealed class Node(GateActivation activation) : GraphNode
    {
        protected override string Name => "swiglu";

        protected override torch.Tensor?[] Backward(ReadOnlySpan<torch.Tensor?> gradients)
        {
            if (gradients[0] is null)
                return [null, null];
            torch.Tensor dy = gradients[0]!.contiguous(), gates = Saved(0), ups = Saved(1);
            torch.Tensor dgate = torch.empty(dy.shape, dy.dtype), dup = torch.empty(dy.shape, dy.dtype);
            SwiGluBackward arguments = new()
            {
                Dtype = dy.KernelDtype(), Activation = (int)activation, Rows = gates.shape[0], Width = gates.shape[1],
                Gate = gates.Address(), GateStride = gates.stride(0), Up = ups.Address(), UpStride = ups.stride(0),
                Dy = dy.Address(), Dgate = dgate.Address(), Dup = dup.Address(),
            };
            CpuKernels.Table.SwiGluBackward(&arguments);
            GC.KeepAlive((dy, gates, ups));
            return [dgate, dup];
        }
    }
}
