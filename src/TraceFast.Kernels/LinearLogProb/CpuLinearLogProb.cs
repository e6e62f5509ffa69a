using TraceFast.Kernels.Native;

namespace TraceFast.Kernels.LinearLogProb;

/// <summary>
/// linear_log_prob by tiles, the passes over a tile of logits in one C++ kernel; formula and shapes at
/// <see cref="LinearLogProbKernel"/>.
/// </summary>
/// <param name="products">Whose products with the head are.</param>
public sealed class CpuLinearLogProb(CpuProducts products = CpuProducts.Fastest) : LinearLogProbKernel(KernelProvider.Cpu)
{
    protected override torch.Tensor ForwardCore(
        torch.Tensor hidden, torch.Tensor weight, torch.Tensor targets, double logitScale, double? softcap) =>
        new Sweep(products, logitScale, softcap ?? 0, Precision.Accumulation(hidden.dtype)).Forward(hidden, weight, targets);

    private sealed unsafe class Sweep(CpuProducts products, double scale, double softcap, torch.ScalarType accumulation)
        : LogProbSweep(scale, softcap, accumulation)
    {
        protected override void AddTile(
            torch.Tensor hidden, torch.Tensor w, torch.Tensor targets, long first, OnlineSoftmax rows, torch.Tensor? sum)
        {
            torch.Tensor z = CpuProduct.TryLinear(products, hidden, w, transposed: true)?.Y ?? torch.mm(hidden, w.t());
            torch.Tensor correction = torch.empty_like(rows.RowSum);
            LogSumExpTile arguments = new()
            {
                Dtype = z.KernelDtype(), Rows = z.shape[0], Tokens = z.shape[1], Z = z.Address(), Scale = Scale, Softcap = Softcap,
                Targets = (long*)targets.Address(), First = first, RowMax = rows.RowMax.Address(), RowSum = rows.RowSum.Address(),
                TargetLogit = rows.TargetLogit.Address(), Correction = correction.Address(), Write = sum is null ? 0 : 1,
            };
            CpuKernels.Table.LogSumExpTile(&arguments);
            GC.KeepAlive((z, targets, rows, correction));
            if (sum is null)
                return;
            sum.mul_(correction);
            if (!CpuProduct.TryAdd(products, sum, z, w))
                AddProduct(sum, z, w);
        }
    }
}
