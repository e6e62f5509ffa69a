using TraceFast.Kernels.Native;

namespace TraceFast.Kernels.RmsNorm;

/// <summary>rms_norm in C++, one pass over each row; formula and shapes at <see cref="RmsNormKernel"/>.</summary>
public sealed unsafe class CpuRmsNorm() : RmsNormKernel(KernelProvider.Cpu)
{
    protected override torch.Tensor ForwardCore(torch.Tensor x, torch.Tensor weight, double eps, RmsNormStyle style) =>
        Run(x, null, weight, eps, style).Normed;

    protected override (torch.Tensor Sum, torch.Tensor Normed) ForwardAddCore(
        torch.Tensor x, torch.Tensor residual, torch.Tensor weight, double eps, RmsNormStyle style)
    {
        (torch.Tensor normed, torch.Tensor? sum) = Run(x, residual, weight, eps, style);
        return (sum!, normed);
    }

    private static (torch.Tensor Normed, torch.Tensor? Sum) Run(
        torch.Tensor x, torch.Tensor? residual, torch.Tensor weight, double eps, RmsNormStyle style)
    {
        bool recorded = GraphNode.Wanted(x, residual, weight);
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor rows, wide, y, rstd;
        torch.Tensor? sum = null;
        using (torch.no_grad())
        {
            rows = x.AsRows();
            long[] shape = rows.shape;
            wide = weight.to(Precision.Accumulation(x.dtype)).contiguous();
            y = torch.empty(shape, x.dtype);
            rstd = torch.empty(shape[0], wide.dtype);
            torch.Tensor? addend = residual?.AsRows();
            if (addend is not null)
                sum = torch.empty(shape, x.dtype);
            RmsNormForward arguments = new()
            {
                Dtype = x.KernelDtype(), Style = (int)style, Rows = shape[0], Hidden = shape[1],
                X = rows.Address(), XStride = rows.stride(0),
                Residual = addend is null ? null : addend.Address(), ResidualStride = addend?.stride(0) ?? 0,
                Weight = wide.Address(), Eps = eps,
                Sum = sum is null ? null : sum.Address(), Y = y.Address(), Rstd = rstd.Address(),
            };
            CpuKernels.Table.RmsNormForward(&arguments);
            GC.KeepAlive((rows, addend, wide));
            y = y.view(x.shape);
            sum = sum?.view(x.shape);
        }
        if (!recorded)
            return (y.MoveToOuterDisposeScope(), sum?.MoveToOuterDisposeScope());
        Node node = new(style, weight.requires_grad, weight.dtype);
        if (sum is null)
            return (node.Record([x, weight], [y], [rows, wide, rstd])[0].MoveToOuterDisposeScope(), null);
        torch.Tensor[] results = node.Record([x, residual, weight], [y, sum], [sum, wide, rstd]);
        return (results[0].MoveToOuterDisposeScope(), results[1].MoveToOuterDisposeScope());
    }

    private sealed class Node(RmsNormStyle style, bool weightGradient, torch.ScalarType weightDtype) : GraphNode
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
            torch.Tensor dx = torch.empty(dy.shape, dy.dtype);
            torch.Tensor? dweight = weightGradient ? torch.empty_like(weight) : null;
            torch.Tensor? scratch = weightGradient ? torch.empty(CpuKernels.ReductionChunks, weight.shape[0], weight.dtype) : null;
            RmsNormBackward arguments = new()
            {
                Dtype = dy.KernelDtype(), Style = (int)style, Rows = rows.shape[0], Hidden = rows.shape[1],
                X = rows.Address(), XStride = rows.stride(0),
                Dy = dy.Address(), Dsum = dsum is null ? null : dsum.Address(), Weight = weight.Address(), Rstd = rstd.Address(),
                Dx = dx.Address(), Dweight = dweight is null ? null : dweight.Address(),
                Scratch = scratch is null ? null : scratch.Address(),
            };
            CpuKernels.Table.RmsNormBackward(&arguments);
            GC.KeepAlive((rows, dy, dsum, weight, rstd, scratch));
            dweight = dweight?.to(weightDtype);
            return added ? [dx, dx, dweight] : [dx, dweight];
        }
    }
}
