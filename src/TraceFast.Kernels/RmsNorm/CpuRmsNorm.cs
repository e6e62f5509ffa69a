using TraceFast.Kernels.Native;

namespace TraceFast.Kernels.RmsNorm;

/// <summary>rms_norm in C++; formula and shapes at <see cref="RmsNormKernel"/>.</summary>
public sealed unsafe class CpuRmsNorm() : FusedRmsNorm(KernelProvider.Cpu)
{
    private protected override void Forward(
        torch.Tensor x, torch.Tensor? residual, torch.Tensor weight, double eps, RmsNormStyle style, torch.Tensor? sum, torch.Tensor y,
        torch.Tensor rstd)
    {
        RmsNormForward arguments = new()
        {
            Dtype = x.KernelDtype(), Style = (int)style, Rows = x.shape[0], Hidden = x.shape[1],
            X = x.Address(), XStride = x.stride(0),
            Residual = residual is null ? null : residual.Address(), ResidualStride = residual?.stride(0) ?? 0,
            Weight = weight.Address(), Eps = eps,
            Sum = sum is null ? null : sum.Address(), Y = y.Address(), Rstd = rstd.Address(),
        };
        CpuKernels.Table.RmsNormForward(&arguments);
        GC.KeepAlive((x, residual, weight, sum, y, rstd));
    }

    private protected override void Backward(
        torch.Tensor x, torch.Tensor dy, torch.Tensor? dsum, torch.Tensor weight, torch.Tensor rstd, RmsNormStyle style, torch.Tensor dx,
        torch.Tensor? dweight)
    {
        torch.Tensor? scratch = dweight is null ? null : torch.empty(CpuKernels.ReductionChunks, weight.shape[0], weight.dtype);
        RmsNormBackward arguments = new()
        {
            Dtype = dy.KernelDtype(), Style = (int)style, Rows = x.shape[0], Hidden = x.shape[1],
            X = x.Address(), XStride = x.stride(0),
            Dy = dy.Address(), Dsum = dsum is null ? null : dsum.Address(), Weight = weight.Address(), Rstd = rstd.Address(),
            Dx = dx.Address(), Dweight = dweight is null ? null : dweight.Address(),
            Scratch = scratch is null ? null : scratch.Address(),
        };
        CpuKernels.Table.RmsNormBackward(&arguments);
        GC.KeepAlive((x, dy, dsum, weight, rstd, dx, dweight, scratch));
    }
}
