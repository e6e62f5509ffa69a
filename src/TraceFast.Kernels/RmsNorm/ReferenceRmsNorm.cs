namespace TraceFast.Kernels.RmsNorm;

/// <summary>rms_norm in libtorch operations; formula and shapes at <see cref="RmsNormKernel"/>.</summary>
public sealed class ReferenceRmsNorm() : RmsNormKernel(KernelProvider.Reference)
{
    protected override (torch.Tensor Sum, torch.Tensor Normed) ForwardAddCore(
        torch.Tensor x, torch.Tensor residual, torch.Tensor weight, double eps, RmsNormStyle style)
    {
        torch.Tensor sum = x + residual;
        return (sum, ForwardCore(sum, weight, eps, style));
    }

    protected override torch.Tensor ForwardCore(torch.Tensor x, torch.Tensor weight, double eps, RmsNormStyle style)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.ScalarType accumulation = Precision.Accumulation(x.dtype);
        torch.Tensor wide = x.to(accumulation);
        torch.Tensor xhat = wide * (wide.pow(2).mean([-1], keepdim: true) + eps).rsqrt(); // [..., H]
        torch.Tensor y = style switch
        {
            RmsNormStyle.Llama => weight * xhat.to(x.dtype),
            RmsNormStyle.Gemma => xhat * (weight.to(accumulation) + 1.0),
            _ => weight * xhat,
        };
        return y.to(x.dtype).MoveToOuterDisposeScope();
    }
}
