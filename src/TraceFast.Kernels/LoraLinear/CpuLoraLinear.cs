using TraceFast.Kernels.Native;

namespace TraceFast.Kernels.LoraLinear;

/// <summary>
/// lora_linear with the rank-r products in C++, one pass over the large operand each; formula and shapes at <see cref="LoraLinearKernel"/>.
/// The product with W is C++ too, and adds the update as it writes, where that is faster than libtorch's on this processor.
/// </summary>
/// <param name="products">Whose products with W are.</param>
public sealed unsafe class CpuLoraLinear(CpuProducts products = CpuProducts.Fastest) : FusedLoraLinear(KernelProvider.Cpu)
{
    private protected override (torch.Tensor Y, torch.Tensor? U) Product(
        torch.Tensor x, torch.Tensor weight, torch.Tensor? bias, torch.Tensor? dropped, torch.Tensor? a, torch.Tensor? p) =>
        (dropped is null ? CpuProduct.TryLinear(products, x, weight, transposed: true, bias, a, p) : null)
            ?? base.Product(x, weight, bias, dropped, a, p);

    private protected override (torch.Tensor Dx, torch.Tensor? Du) GradientProduct(
        torch.Tensor dy, torch.Tensor weight, torch.Tensor? b, torch.Tensor? a) =>
        ((b is null) == (a is null) ? CpuProduct.TryLinear(products, dy, weight, transposed: false, null, b, a) : null)
            ?? base.GradientProduct(dy, weight, b, a);

    private protected override torch.Tensor Shrink(torch.Tensor x, torch.Tensor p)
    {
        torch.Tensor u = torch.empty(x.shape[0], p.shape[0], p.dtype);
        LoraProduct product = Arguments(x, p, u);
        CpuKernels.Table.LoraShrink(&product);
        GC.KeepAlive((x, p));
        return u;
    }

    private protected override void Expand(torch.Tensor x, torch.Tensor p, torch.Tensor u)
    {
        LoraProduct product = Arguments(x, p, u);
        CpuKernels.Table.LoraExpand(&product);
        GC.KeepAlive((x, p, u));
    }

    private protected override torch.Tensor Gradient(torch.Tensor u, torch.Tensor x)
    {
        torch.Tensor p = torch.empty(u.shape[1], x.shape[1], u.dtype);
        LoraProduct product = Arguments(x, p, u);
        CpuKernels.Table.LoraGrad(&product);
        GC.KeepAlive((x, u));
        return p;
    }

    private static LoraProduct Arguments(torch.Tensor x, torch.Tensor p, torch.Tensor u) => new()
    {
        Dtype = x.KernelDtype(), Rows = x.shape[0], Width = x.shape[1], Rank = p.shape[0],
        X = x.Address(), XStride = x.stride(0), P = p.Address(), U = u.Address(),
    };
}
