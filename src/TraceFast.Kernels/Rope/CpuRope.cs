using TraceFast.Kernels.Native;

namespace TraceFast.Kernels.Rope;

/// <summary>rope in C++, one pass; formula and shapes at <see cref="RopeKernel"/>.</summary>
public sealed unsafe class CpuRope() : RopeKernel(KernelProvider.Cpu)
{
    protected override torch.Tensor ForwardCore(torch.Tensor x, torch.Tensor cos, torch.Tensor sin)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor c = cos.contiguous(), s = sin.contiguous();
        torch.Tensor y = Rotate(x, c, s, 1);
        return (GraphNode.Wanted(x) ? new Node().Record([x], [y], [c, s])[0] : y).MoveToOuterDisposeScope();
    }

    private static torch.Tensor Rotate(torch.Tensor x, torch.Tensor cos, torch.Tensor sin, int direction)
    {
        using IDisposable noGrad = torch.no_grad();
        long[] shape = x.shape;
        torch.Tensor rows = x.stride(2) == 1 || shape[2] <= 1 ? x : x.contiguous();
        torch.Tensor y = torch.empty(shape, x.dtype);
        RopeArguments arguments = new()
        {
            Dtype = x.KernelDtype(), Rows = shape[0], Heads = shape[1], HeadDim = shape[2], RotaryDim = 2 * cos.shape[1],
            X = rows.Address(), RowStride = rows.stride(0), HeadStride = rows.stride(1),
            Cos = cos.Address(), Sin = sin.Address(), Direction = direction, Y = y.Address(),
        };
        CpuKernels.Table.Rope(&arguments);
        GC.KeepAlive((rows, cos, sin));
        return y;
    }

    private sealed class Node : GraphNode
    {
        protected override string Name => "rope";

        protected override torch.Tensor?[] Backward(ReadOnlySpan<torch.Tensor?> gradients) =>
            [gradients[0] is torch.Tensor dy ? Rotate(dy, Saved(0), Saved(1), -1) : null];
    }
}
