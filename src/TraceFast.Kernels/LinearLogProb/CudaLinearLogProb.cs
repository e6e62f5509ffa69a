using TraceFast.Cuda;
using TraceFast.Kernels.Cuda;

namespace TraceFast.Kernels.LinearLogProb;

/// <summary>
/// linear_log_prob on an NVIDIA GPU: each tile's product is cuBLAS's, the passes over its logits are one kernel forward and one backward;
/// formula and shapes at <see cref="LinearLogProbKernel"/>.
/// </summary>
/// <param name="target">Where it runs.</param>
/// <param name="rowsPerTile">Of hidden.</param>
/// <param name="tokensPerTile">Of the vocabulary. A tile of the default size is 64 MiB in bfloat16: below some 5 MB a launch costs more
/// than its work.</param>
public sealed class CudaLinearLogProb(CudaTarget target, long rowsPerTile = 4096, long tokensPerTile = 8192)
    : LinearLogProbKernel(target.Provider)
{
    private const int Threads = 256;

    protected override torch.Tensor ForwardCore(
        torch.Tensor hidden, torch.Tensor weight, torch.Tensor targets, double logitScale, double? softcap) =>
        new Sweep(target, logitScale, softcap ?? 0, Precision.Accumulation(hidden.dtype), rowsPerTile, tokensPerTile)
            .Forward(hidden, weight, targets);

    private sealed class Sweep(
        CudaTarget target, double scale, double softcap, torch.ScalarType accumulation, long rowsPerTile, long tokensPerTile)
        : LogProbSweep(scale, softcap, accumulation, rowsPerTile, tokensPerTile)
    {
        protected override void AddTile(
            torch.Tensor hidden, torch.Tensor w, torch.Tensor targets, long first, OnlineSoftmax rows, torch.Tensor? sum)
        {
            torch.Tensor z = torch.mm(hidden, w.t());
            torch.Tensor correction = torch.empty_like(rows.RowSum);
            (int count, int tokens) = CudaTarget.Size(z);
            target.LaunchRows(
                Kernel("log_prob_tile", z), count, Threads, z, targets, rows.RowMax, rows.RowSum, rows.TargetLogit, correction, count,
                tokens, first, Real(Scale), Real(Softcap), sum is null ? 0 : 1);
            if (sum is null)
                return;
            sum.mul_(correction);
            AddProduct(sum, z, w);
        }

        protected override torch.Tensor LogitGradient(
            torch.Tensor hidden, torch.Tensor w, torch.Tensor targets, long first, torch.Tensor logsumexp, torch.Tensor gradient)
        {
            torch.Tensor z = torch.mm(hidden, w.t());
            (int count, int tokens) = CudaTarget.Size(z);
            int columns = CudaTarget.Ceiling(tokens, Threads * CudaTarget.PerVector(z.dtype));
            target.Launch(
                Kernel("log_prob_gradient", z), new LaunchShape(columns, count, Threads), z, targets, logsumexp.contiguous(),
                gradient.contiguous(), count, tokens, first, Real(Scale), Real(Softcap));
            return z;
        }

        private KernelArgument Real(double value) => KernelArgument.Real(value, Accumulation);

        private string Kernel(string name, torch.Tensor z) =>
            CudaTarget.Kernel(Softcap > 0 && z.dtype != torch.ScalarType.Float64 ? $"{name}_softcap" : name, z.dtype);
    }
}
