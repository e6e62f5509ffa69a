using TraceFast.Kernels.Native;

namespace TraceFast.Kernels.Rope;

/// <summary>rope in C++; formula and shapes at <see cref="RopeKernel"/>.</summary>
public sealed unsafe class CpuRope() : FusedRope(KernelProvider.Cpu)
{
    private protected override void Rotate(torch.Tensor x, torch.Tensor cos, torch.Tensor sin, int direction, torch.Tensor y)
    {
        long[] shape = x.shape;
        RopeArguments arguments = new()
        {
            Dtype = x.KernelDtype(), Rows = shape[0], Heads = shape[1], HeadDim = shape[2], RotaryDim = 2 * cos.shape[1],
            X = x.Address(), RowStride = x.stride(0), HeadStride = x.stride(1),
            Cos = cos.Address(), Sin = sin.Address(), Direction = direction, Y = y.Address(),
        };
        CpuKernels.Table.Rope(&arguments);
        GC.KeepAlive((x, cos, sin, y));
    }
}
