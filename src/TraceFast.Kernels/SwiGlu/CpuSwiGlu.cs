using TraceFast.Kernels.Native;

namespace TraceFast.Kernels.SwiGlu;

/// <summary>swiglu in C++; formula and shapes at <see cref="SwiGluKernel"/>.</summary>
public sealed unsafe class CpuSwiGlu() : FusedSwiGlu(KernelProvider.Cpu)
{
    private protected override void Forward(torch.Tensor gate, torch.Tensor up, GateActivation activation, torch.Tensor y)
    {
        SwiGluForward arguments = new()
        {
            Dtype = gate.KernelDtype(), Activation = (int)activation, Rows = gate.shape[0], Width = gate.shape[1],
            Gate = gate.Address(), GateStride = gate.stride(0), Up = up.Address(), UpStride = up.stride(0), Y = y.Address(),
        };
        CpuKernels.Table.SwiGluForward(&arguments);
        GC.KeepAlive((gate, up, y));
    }

    private protected override void Backward(
        torch.Tensor gate, torch.Tensor up, torch.Tensor dy, GateActivation activation, torch.Tensor dgate, torch.Tensor dup)
    {
        SwiGluBackward arguments = new()
        {
            Dtype = dy.KernelDtype(), Activation = (int)activation, Rows = gate.shape[0], Width = gate.shape[1],
            Gate = gate.Address(), GateStride = gate.stride(0), Up = up.Address(), UpStride = up.stride(0),
            Dy = dy.Address(), Dgate = dgate.Address(), Dup = dup.Address(),
        };
        CpuKernels.Table.SwiGluBackward(&arguments);
        GC.KeepAlive((gate, up, dy, dgate, dup));
    }
}
