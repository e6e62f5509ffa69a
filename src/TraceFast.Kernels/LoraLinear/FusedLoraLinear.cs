using TraceFast.Kernels.Native;

namespace TraceFast.Kernels.LoraLinear;

/// <summary>
/// lora_linear with the rank-r products as passes of the provider; formula and shapes at <see cref="LoraLinearKernel"/>. The product with W
/// is libtorch's, unless the provider has one that adds the update as it writes.
/// <code>
///   u = d A^T,  y += u (scaling B)^T                                            forward, d = dropout(x) or x
///   du = dy (scaling B),  dB = scaling dy^T u,  dA = du^T d,  dx = dy W + du A   backward
/// </code>
/// </summary>
public abstract class FusedLoraLinear(KernelProvider provider) : LoraLinearKernel(provider)
{
    protected override torch.Tensor ForwardCore(
        torch.Tensor x, torch.Tensor weight, torch.Tensor? bias, torch.Tensor? A, torch.Tensor? B, double scaling, double dropout,
        torch.Generator? generator)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        bool updated = A is not null && B is not null;
        torch.Tensor? dropped = !updated || dropout == 0 ? null : Drop(x.to(Precision.Accumulation(x.dtype)), dropout, generator);
        bool recorded = GraphNode.Wanted(x, dropped, weight, bias, A, B);
        torch.Tensor y;
        torch.Tensor? u;
        using (torch.no_grad())
        {
            torch.ScalarType wide = Precision.Accumulation(x.dtype);
            (y, u) = Product(
                x, weight, bias, dropped, updated ? A!.to(wide).contiguous() : null, updated ? ScaledTranspose(B!, scaling, wide) : null);
        }
        if (!recorded)
            return y.MoveToOuterDisposeScope();
        Node node = new(this, scaling, x.requires_grad, dropped?.requires_grad ?? false, bias?.requires_grad ?? false);
        return node.Record([x, dropped, weight, bias, A, B], [y], [x, dropped, weight, A, B, u])[0].MoveToOuterDisposeScope();
    }

    /// <summary>x W^T [+ bias] [+ u P] [N, O], and u = d A^T, d = dropped ?? x; without A and P no update.</summary>
    private protected virtual (torch.Tensor Y, torch.Tensor? U) Product(
        torch.Tensor x, torch.Tensor weight, torch.Tensor? bias, torch.Tensor? dropped, torch.Tensor? a, torch.Tensor? p)
    {
        torch.Tensor y = bias is null ? torch.mm(x, weight.t()) : torch.addmm(bias, x, weight.t(), 1, 1);
        torch.Tensor? u = a is null ? null : Shrink((dropped ?? x).AsRows(), a);
        if (u is not null)
            Expand(y, p!, u);
        return (y, u);
    }

    /// <summary>dy W [+ du A] [N, I], and du = dy b^T where b, (scaling B)^T, is given.</summary>
    private protected virtual (torch.Tensor Dx, torch.Tensor? Du) GradientProduct(
        torch.Tensor dy, torch.Tensor weight, torch.Tensor? b, torch.Tensor? a)
    {
        torch.Tensor dx = torch.mm(dy, weight);
        torch.Tensor? du = b is null ? null : Shrink(dy, b);
        if (a is not null)
            Expand(dx, a, du!);
        return (dx, du);
    }

    /// <summary>x P^T [N, r]: x [N, W], P [r, W] in the accumulation dtype.</summary>
    private protected abstract torch.Tensor Shrink(torch.Tensor x, torch.Tensor p);

    /// <summary>x += u P: x [N, W], u [N, r], P [r, W].</summary>
    private protected abstract void Expand(torch.Tensor x, torch.Tensor p, torch.Tensor u);

    /// <summary>u^T x [r, W].</summary>
    private protected abstract torch.Tensor Gradient(torch.Tensor u, torch.Tensor x);

    // scaling B^T [r, O]
    private static torch.Tensor ScaledTranspose(
        torch.Tensor B, double scaling, torch.ScalarType dtype) => B.to(dtype).mul(scaling).t().contiguous();

    private sealed class Node(
        FusedLoraLinear kernel, double scaling, bool xGradient, bool droppedGradient, bool biasGradient) : GraphNode
    {
        protected override string Name => "lora_linear";

        protected override torch.Tensor?[] Backward(ReadOnlySpan<torch.Tensor?> gradients)
        {
            if (gradients[0] is null)
                return [null, null, null, null, null, null];
            torch.Tensor x = Saved(0), weight = Saved(2);
            torch.Tensor? dropped = SavedOrNull(1), A = SavedOrNull(3), B = SavedOrNull(4), u = SavedOrNull(5);
            torch.Tensor dy = gradients[0]!.AsRows();
            torch.Tensor? wideA = u is null ? null : A!.to(u.dtype).contiguous();
            torch.Tensor? scaledB = u is null ? null : ScaledTranspose(B!, scaling, u.dtype);
            torch.Tensor? dx = null, du;
            if (xGradient)
                (dx, du) = kernel.GradientProduct(dy, weight, scaledB, dropped is null ? wideA : null); // with dropout, du A is d's alone
            else
                du = scaledB is null ? null : kernel.Shrink(dy, scaledB);
            return
            [
                dx,
                droppedGradient ? torch.mm(du!, wideA!).to(dropped!.dtype) : null,
                weight.requires_grad ? torch.mm(dy.t(), x) : null,
                biasGradient ? dy.sum([0L]) : null,
                u is not null && A!.requires_grad ? kernel.Gradient(du!, (dropped ?? x).AsRows()).to(A.dtype) : null,
                u is not null && B!.requires_grad ? kernel.Gradient(u, dy).t().mul(scaling).to(B.dtype).contiguous() : null,
            ];
        }
    }
}
