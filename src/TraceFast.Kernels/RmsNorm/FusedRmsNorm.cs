using TraceFast.Kernels.Native;

namespace TraceFast.Kernels.RmsNorm;

/// <summary>
/// rms_norm as one fused pass over each row, forward and backward; formula and shapes at <see cref="RmsNormKernel"/>. The passes are the
/// provider's.
/// </summary>
public abstract class FusedRmsNorm(KernelProvider provider) : RmsNormKernel(provider)
{
    protected override torch.Tensor ForwardCore(torch.Tensor x, torch.Tensor weight, double eps, RmsNormStyle style) =>
        Run(x, null, weight, eps, style).Normed;

    protected override (torch.Tensor Sum, torch.Tensor Normed) ForwardAddCore(
        torch.Tensor x, torch.Tensor residual, torch.Tensor weight, double eps, RmsNormStyle style)
    {
        (torch.Tensor normed, torch.Tensor? sum) = Run(x, residual, weight, eps, style);
        return (sum!, normed);
    }

    /// <param name="x">[N, H], neighboring columns; rows may have a stride.</param>
    /// <param name="residual">As x; null: none is added.</param>
    /// <param name="weight">[H], accumulation dtype.</param>
    /// <param name="sum">Gets x + residual [N, H]; null where there is no residual.</param>
    /// <param name="y">Gets the result [N, H].</param>
    /// <param name="rstd">Gets 1 / rms [N], accumulation dtype.</param>
    private protected abstract void Forward(
        torch.Tensor x, torch.Tensor? residual, torch.Tensor weight, double eps, RmsNormStyle style, torch.Tensor? sum, torch.Tensor y,
        torch.Tensor rstd);

    /// <param name="x">What was normalized, [N, H].</param>
    /// <param name="dy">[N, H], dense.</param>
    /// <param name="dsum">The gradient that reaches the sum from elsewhere, [N, H], dense; null: none.</param>
    /// <param name="dx">Gets the gradient [N, H].</param>
    /// <param name="dweight">Gets the weight's gradient [H], accumulation dtype; null where none is wanted.</param>
    private protected abstract void Backward(
        torch.Tensor x, torch.Tensor dy, torch.Tensor? dsum, torch.Tensor weight, torch.Tensor rstd, RmsNormStyle style, torch.Tensor dx,
        torch.Tensor? dweight);

    private (torch.Tensor Normed, torch.Tensor? Sum) Run(
        torch.Tensor x, torch.Tensor? residual, torch.Tensor weight, double eps, RmsNormStyle style)
    {
        bool recorded = GraphNode.Wanted(x, residual, weight);
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor rows, wide, y, rstd;
        torch.Tensor? sum = null;
        using (torch.no_grad())
        {
            rows = x.AsRows();
            wide = weight.to(Precision.Accumulation(x.dtype)).contiguous();
            y = torch.empty(rows.shape, x.dtype, x.device);
            rstd = torch.empty(rows.shape[0], wide.dtype, x.device);
            if (residual is not null)
                sum = torch.empty(rows.shape, x.dtype, x.device);
            Forward(rows, residual?.AsRows(), wide, eps, style, sum, y, rstd);
            y = y.view(x.shape);
            sum = sum?.view(x.shape);
        }
        if (!recorded)
            return (y.MoveToOuterDisposeScope(), sum?.MoveToOuterDisposeScope());
        Node node = new(this, style, weight.requires_grad, weight.dtype);
        if (sum is null)
            return (node.Record([x, weight], [y], [rows, wide, rstd])[0].MoveToOuterDisposeScope(), null);
        torch.Tensor[] results = node.Record([x, residual, weight], [y, sum], [sum, wide, rstd]);
        return (results[0].MoveToOuterDisposeScope(), results[1].MoveToOuterDisposeScope());
    }

    private sealed class Node(FusedRmsNorm kernel, RmsNormStyle style, bool weightGradient, torch.ScalarType weightDtype) : GraphNode
    {
        protected override string Name => "rms_norm";

        protected override torch.Tensor?[] Backward(ReadOnlySpan<torch.Tensor?> gradients)
        {
            bool added = gradients.Length == 2;
            torch.Tensor? dsum = added ? gradients[1]?.contiguous() : null;
            if (gradients[0] is null)
                return added ? [dsum, dsum, null] : [null, null];
            torch.Tensor dy = gradients[0]!.contiguous();
            torch.Tensor rows = Saved(0).AsRows(), weight = Saved(1), rstd = Saved(2);
            torch.Tensor dx = torch.empty(dy.shape, dy.dtype, dy.device);
            torch.Tensor? dweight = weightGradient ? torch.empty_like(weight) : null;
            kernel.Backward(rows, dy.AsRows(), dsum?.AsRows(), weight, rstd, style, dx.AsRows(), dweight);
            dweight = dweight?.to(weightDtype);
            return added ? [dx, dx, dweight] : [dx, dweight];
        }
    }
}
