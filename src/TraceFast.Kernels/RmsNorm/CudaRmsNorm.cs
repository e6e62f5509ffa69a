using TraceFast.Cuda;
using TraceFast.Kernels.Cuda;

namespace TraceFast.Kernels.RmsNorm;

/// <summary>
/// rms_norm on an NVIDIA GPU; formula and shapes at <see cref="RmsNormKernel"/>. A group for each row; the weight's gradient in
/// <see cref="Chunks"/> chunks of rows, summed in their order.
/// </summary>
public sealed class CudaRmsNorm(CudaTarget target) : FusedRmsNorm(target.Provider)
{
    private const int Threads = 256;
    private const int Chunks = 64;

    private protected override void Forward(
        torch.Tensor x, torch.Tensor? residual, torch.Tensor weight, double eps, RmsNormStyle style, torch.Tensor? sum, torch.Tensor y,
        torch.Tensor rstd)
    {
        (int rows, int width) = CudaTarget.Size(x);
        string kernel = CudaTarget.Kernel("rms_norm_forward", x.dtype, CudaTarget.FitVectors(width, x, residual, weight, sum, y));
        target.LaunchRows(
            kernel, rows, Threads, x, residual, weight, sum, y, rstd, rows, width, x.stride(0), residual?.stride(0) ?? 0,
            KernelArgument.Real(eps, x.dtype), (int)style, residual is null ? 0 : 1);
    }

    private protected override void Backward(
        torch.Tensor x, torch.Tensor dy, torch.Tensor? dsum, torch.Tensor weight, torch.Tensor rstd, RmsNormStyle style, torch.Tensor dx,
        torch.Tensor? dweight)
    {
        (int rows, int width) = CudaTarget.Size(x);
        string kernel = CudaTarget.Kernel("rms_norm_backward", x.dtype, CudaTarget.FitVectors(width, x, dy, dsum, weight, dx));
        target.LaunchRows(
            kernel, rows, Threads, x, weight, rstd, dy, dsum, dx, rows, width, x.stride(0), (int)style, dsum is null ? 0 : 1);
        if (dweight is null)
            return;
        int rowsPerChunk = Math.Max(1, CudaTarget.Ceiling(rows, Chunks));
        int chunks = CudaTarget.Ceiling(rows, rowsPerChunk);
        using torch.Tensor partial = torch.empty(chunks, width, weight.dtype, x.device);
        int columns = CudaTarget.Ceiling(width, Threads);
        target.Launch(
            CudaTarget.Kernel("rms_norm_weight_gradient", x.dtype), new LaunchShape(columns, chunks, Threads),
            x, rstd, dy, partial, rows, width, x.stride(0), rowsPerChunk);
        target.Launch(
            CudaTarget.Kernel("rms_norm_sum_chunks", weight.dtype), new LaunchShape(columns, 1, Threads), partial, dweight, chunks, width);
    }
}
