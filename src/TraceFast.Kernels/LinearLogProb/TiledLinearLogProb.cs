namespace TraceFast.Kernels.LinearLogProb;

/// <summary>
/// linear_log_prob by tiles, in libtorch operations on any device; formula and shapes at <see cref="LinearLogProbKernel"/>.
/// </summary>
public sealed class TiledLinearLogProb() : LinearLogProbKernel(KernelProvider.Tiled)
{
    protected override torch.Tensor ForwardCore(
        torch.Tensor hidden, torch.Tensor weight, torch.Tensor targets, double logitScale, double? softcap) =>
        new Sweep(logitScale, softcap ?? 0, Precision.Accumulation(hidden.dtype)).Forward(hidden, weight, targets);

    private sealed class Sweep(double scale, double softcap, torch.ScalarType accumulation) : LogProbSweep(scale, softcap, accumulation)
    {
        protected override void AddTile(
            torch.Tensor hidden, torch.Tensor w, torch.Tensor targets, long first, OnlineSoftmax rows, torch.Tensor? sum)
        {
            torch.Tensor z = Logits(hidden, w);
            torch.Tensor target = IsTarget(targets, first, w.shape[0]);
            rows.TargetLogit.add_(z.masked_fill(target.logical_not(), 0).sum([1], keepdim: true));
            torch.Tensor others = z.masked_fill(target, double.NegativeInfinity);
            torch.Tensor rowMax = torch.maximum(rows.RowMax, others.amax([1], keepdim: true));
            torch.Tensor correction = (rows.RowMax - rowMax).exp_();
            torch.Tensor p = (others - rowMax).exp_();
            rows.RowSum.mul_(correction).add_(p.sum([1], keepdim: true));
            rows.RowMax.copy_(rowMax);
            if (sum is null)
                return;
            MultiplyByCapDerivative(p, z);
            sum.mul_(correction).add_(torch.mm(p.to(w.dtype), w));
        }
    }
}
