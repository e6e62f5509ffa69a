using TraceFast.Kernels.Native;

namespace TraceFast.Kernels;

/// <summary>swiglu in C++, one pass; formula and shapes at <see cref="ISwiGlu"/>.</summary>
public sealed unsafe class CpuSwiGlu : ISwiGlu
{
    public torch.Tensor Forward(torch.Tensor gate, torch.Tensor up, GateActivation activation)
    {
        ISwiGlu.Check(gate, up, activation);
        new Expect("swiglu").Cpu(gate, nameof(gate));
        nint y;
        AutogradLibrary.Check(AutogradLibrary.tracefast_cpu_swiglu(gate.Handle, up.Handle, (int)activation, &y));
        GC.KeepAlive((gate, up));
        return torch.Tensor.UnsafeCreateTensor(y);
    }
}
