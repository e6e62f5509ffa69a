using TraceFast.Kernels.Native;

namespace TraceFast.Kernels;

/// <summary>rms_norm in C++, one pass over each row; formula and shapes at <see cref="IRmsNorm"/>.</summary>
public sealed unsafe class CpuRmsNorm : IRmsNorm
{
    public torch.Tensor Forward(torch.Tensor x, torch.Tensor weight, double eps, RmsNormStyle style)
    {
        IRmsNorm.Check(x, weight, eps, style);
        new Expect("rms_norm").Cpu(x, nameof(x));
        nint y, sum;
        AutogradLibrary.Check(AutogradLibrary.tracefast_cpu_rms_norm(x.Handle, 0, weight.Handle, eps, (int)style, &y, &sum));
        GC.KeepAlive((x, weight));
        return torch.Tensor.UnsafeCreateTensor(y);
    }

    public (torch.Tensor Sum, torch.Tensor Normed) ForwardAdd(torch.Tensor x, torch.Tensor residual, torch.Tensor weight, double eps, RmsNormStyle style)
    {
        IRmsNorm.Check(x, weight, eps, style, residual);
        new Expect("rms_norm").Cpu(x, nameof(x));
        nint y, sum;
        AutogradLibrary.Check(AutogradLibrary.tracefast_cpu_rms_norm(x.Handle, residual.Handle, weight.Handle, eps, (int)style, &y, &sum));
        GC.KeepAlive((x, residual, weight));
        return (torch.Tensor.UnsafeCreateTensor(sum), torch.Tensor.UnsafeCreateTensor(y));
    }
}
