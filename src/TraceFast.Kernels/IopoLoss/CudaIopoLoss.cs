using TraceFast.Kernels.Cuda;

namespace TraceFast.Kernels.IopoLoss;

/// <summary>
/// iopo_loss on an NVIDIA GPU: all quads in one launch, four warps a quad, sums in float64 in a fixed order; formula and shapes at
/// <see cref="IopoLossKernel"/>.
/// </summary>
public sealed class CudaIopoLoss(CudaTarget target) : IopoLossKernel(target.Provider)
{
    private const int Threads = 128;

    protected override IopoLossResult EvaluateCore(
        torch.Tensor logp, torch.Tensor segments, torch.Tensor reference, torch.Tensor weight, IopoLossOptions options)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGrad = torch.no_grad();
        int quads = checked((int)weight.shape[0]);
        torch.Tensor gradient = torch.empty(logp.shape, logp.dtype, logp.device);
        torch.Tensor loss = torch.empty(quads, torch.ScalarType.Float64, logp.device), margin = torch.empty_like(loss);
        torch.Tensor sums = torch.empty(quads, 4, torch.ScalarType.Float64, logp.device);
        target.LaunchRows(
            CudaTarget.Kernel("iopo_loss", logp.dtype), quads, Threads, logp.contiguous(), segments.contiguous(), reference.contiguous(),
            weight.contiguous(), gradient, loss, margin, sums, quads, options.Beta, options.LabelSmoothing, options.Ftx);
        return new IopoLossResult(
            loss.MoveToOuterDisposeScope(), margin.MoveToOuterDisposeScope(), sums.MoveToOuterDisposeScope(),
            gradient.MoveToOuterDisposeScope());
    }
}
