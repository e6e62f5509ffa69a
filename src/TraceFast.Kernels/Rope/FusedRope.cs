namespace TraceFast.Kernels.Rope;

/// <summary>rope in one pass; formula and shapes at <see cref="RopeKernel"/>. The pass is the provider's.</summary>
public abstract class FusedRope(KernelProvider provider) : RopeKernel(provider)
{
    protected override torch.Tensor ForwardCore(torch.Tensor x, torch.Tensor cos, torch.Tensor sin)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor c = cos.contiguous(), s = sin.contiguous();
        torch.Tensor y = Rotated(x, c, s, 1);
        return (GraphNode.Wanted(x) ? new Node(this).Record([x], [y], [c, s])[0] : y).MoveToOuterDisposeScope();
    }

    /// <param name="x">[N, heads, D], neighboring dimensions; rows and heads may have strides.</param>
    /// <param name="cos">[N, R], dense.</param>
    /// <param name="sin">[N, R], dense.</param>
    /// <param name="direction">1, or -1 to rotate back.</param>
    /// <param name="y">Gets the result [N, heads, D].</param>
    private protected abstract void Rotate(torch.Tensor x, torch.Tensor cos, torch.Tensor sin, int direction, torch.Tensor y);

    private torch.Tensor Rotated(torch.Tensor x, torch.Tensor cos, torch.Tensor sin, int direction)
    {
        using IDisposable noGrad = torch.no_grad();
        torch.Tensor rows = x.stride(2) == 1 || x.shape[2] <= 1 ? x : x.contiguous();
        torch.Tensor y = torch.empty(x.shape, x.dtype, x.device);
        Rotate(rows, cos, sin, direction, y);
        return y;
    }

    private sealed class Node(FusedRope kernel) : GraphNode
    {
        protected override string Name => "rope";

        protected override torch.Tensor?[] Backward(ReadOnlySpan<torch.Tensor?> gradients) =>
            [gradients[0] is torch.Tensor dy ? kernel.Rotated(dy, Saved(0), Saved(1), -1) : null];
    }
}
