using TraceFast.Kernels.Cuda;

namespace TraceFast.Kernels.Rope;

/// <summary>rope on an NVIDIA GPU; formula and shapes at <see cref="RopeKernel"/>.</summary>
public sealed class CudaRope(CudaTarget target) : FusedRope(target.Provider)
{
    private const int Threads = 256;

    private protected override void Rotate(torch.Tensor x, torch.Tensor cos, torch.Tensor sin, int direction, torch.Tensor y)
    {
        (long rows, int heads, int headDim, int angles) = (x.shape[0], (int)x.shape[1], (int)x.shape[2], (int)cos.shape[1]);
        // Vectors are of x's elements; angles, wide, fill two of them where x is bfloat16.
        bool vectors = 2 * angles == headDim && CudaTarget.FitVectors(angles, x, cos, sin, y);
        long items = rows * heads * (vectors ? angles / CudaTarget.PerVector(x.dtype) : headDim - angles);
        target.LaunchItems(
            CudaTarget.Kernel("rope", x.dtype, vectors), items, Threads, x, cos, sin, y, items, heads, headDim, angles, x.stride(0),
            x.stride(1), KernelArgument.Real(direction, x.dtype));
    }
}
