using TraceFast.Cuda;
using TraceFast.Kernels.Cuda;

namespace TraceFast.Kernels.LoraLinear;

/// <summary>
/// lora_linear on an NVIDIA GPU; formula and shapes at <see cref="LoraLinearKernel"/>. Adding the update to the layer's output is one pass,
/// rounded once; above rank <see cref="LargestRank"/> cuBLAS is faster. The other products are cuBLAS's, in the accumulation dtype.
/// </summary>
public sealed class CudaLoraLinear(CudaTarget target) : FusedLoraLinear(target.Provider)
{
    private const int Threads = 256;
    private const int RowsPerGroup = 4;
    private const int LargestRank = 64;

    private protected override torch.Tensor Shrink(torch.Tensor x, torch.Tensor p) => torch.mm(x.to(p.dtype), p.t());

    private protected override void Expand(torch.Tensor x, torch.Tensor p, torch.Tensor u)
    {
        (int rows, int width) = CudaTarget.Size(x);
        int rank = (int)p.shape[0];
        if (rank > LargestRank)
        {
            x.copy_(torch.addmm(x.to(p.dtype), u, p, 1, 1));
            return;
        }
        target.Launch(
            CudaTarget.Kernel("lora_expand", x.dtype),
            new LaunchShape(CudaTarget.Ceiling(width, Threads), CudaTarget.Ceiling(rows, RowsPerGroup), Threads),
            x, u, p, rows, width, rank);
    }

    private protected override torch.Tensor Gradient(torch.Tensor u, torch.Tensor x) => torch.mm(u.t(), x.to(u.dtype));
}
