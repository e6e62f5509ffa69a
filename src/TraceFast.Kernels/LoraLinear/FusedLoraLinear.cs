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
        torch.Tensor? u = null;
        using (torch.no_grad())
        {
            torch.ScalarType wide = Precision.Accumulation(x.dtype);
            if (updated)
                u = Shrink((dropped ?? x).AsRows(), A!.to(wide).contiguous());
            y = Product(x, weight, bias, u, updated ? ScaledTranspose(B!, scaling, wide) : null);
        }
        if (!recorded)
            return y.MoveToOuterDisposeScope();
        Node node = new(this, scaling, x.requires_grad, dropped?.requires_grad ?? false, bias?.requires_grad ?? false);
        return node.Record([x, dropped, weight, bias, A, B], [y], [x, dropped, weight, A, B, u])[0].MoveToOuterDisposeScope();
    }

    /// <summary>x W^T [+ bias] [+ u P] [N, O].</summary>
    private protected virtual torch.Tensor Product(
        torch.Tensor x, torch.Tensor weight, torch.Tensor? bias, torch.Tensor? u, torch.Tensor? p)
    {
        torch.Tensor y = bias is null ? torch.mm(x, weight.t()) : torch.addmm(bias, x, weight.t(), 1, 1);
        if (u is not null)
            Expand(y, p!, u);
        return y;
    }

    /// <summary>dy W [+ u P] [N, I].</summary>
    private protected virtual torch.Tensor GradientProduct(torch.Tensor dy, torch.Tensor weight, torch.Tensor? u, torch.Tensor? p)
    {
        torch.Tensor dx = torch.mm(dy, weight);
        if (u is not null)
            Expand(dx, p!, u);
        return dx;
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
            torch.Tensor? du = u is null ? null : kernel.Shrink(dy, ScaledTranspose(B!, scaling, u.dtype));
            bool direct = u is not null && dropped is null; // dx has the update's part too
            return
            [
                !xGradient ? null : kernel.GradientProduct(dy, weight, direct ? du : null, direct ? wideA : null),
                droppedGradient ? torch.mm(du!, wideA!).to(dropped!.dtype) : null,
                weight.requires_grad ? torch.mm(dy.t(), x) : null,
                biasGradient ? dy.sum([0L]) : null,
                u is not null && A!.requires_grad ? kernel.Gradient(du!, (dropped ?? x).AsRows()).to(A.dtype) : null,
                u is not null && B!.requires_grad ? kernel.Gradient(u, dy).t().mul(scaling).to(B.dtype).contiguous() : null,
            ];
        }
    }
}
