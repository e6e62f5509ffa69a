namespace TraceFast.Kernels.Rope;

/// <summary>rope in libtorch operations; formula and shapes at <see cref="RopeKernel"/>.</summary>
public sealed class ReferenceRope() : RopeKernel(KernelProvider.Reference)
{
    protected override torch.Tensor ForwardCore(torch.Tensor x, torch.Tensor cos, torch.Tensor sin)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        long half = cos.shape[1]; // R
        long rest = x.shape[2] - (2 * half);
        torch.Tensor[] parts = x.split(rest == 0 ? [half, half] : [half, half, rest], -1);
        torch.Tensor first = parts[0].to(cos.dtype); // [N, heads, R]
        torch.Tensor second = parts[1].to(cos.dtype);
        torch.Tensor c = cos.unsqueeze(1); // [N, 1, R]
        torch.Tensor s = sin.unsqueeze(1);
        torch.Tensor low = ((first * c) - (second * s)).to(x.dtype);
        torch.Tensor high = ((second * c) + (first * s)).to(x.dtype);
        torch.Tensor y = torch.cat(rest == 0 ? [low, high] : [low, high, parts[2]], -1);
        return y.MoveToOuterDisposeScope();
    }
}
