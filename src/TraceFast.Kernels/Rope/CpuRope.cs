using TraceFast.Kernels.Native;

namespace TraceFast.Kernels;

/// <summary>rope in C++, one pass; formula and shapes at <see cref="IRope"/>.</summary>
public sealed unsafe class CpuRope : IRope
{
    public torch.Tensor Forward(torch.Tensor x, torch.Tensor cos, torch.Tensor sin)
    {
        IRope.Check(x, cos, sin);
        new Expect("rope").Cpu(x, nameof(x));
        nint y;
        AutogradLibrary.Check(AutogradLibrary.tracefast_cpu_rope(x.Handle, cos.Handle, sin.Handle, &y));
        GC.KeepAlive((x, cos, sin));
        return torch.Tensor.UnsafeCreateTensor(y);
    }
}
