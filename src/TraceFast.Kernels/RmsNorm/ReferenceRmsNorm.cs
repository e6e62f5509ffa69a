namespace TraceFast.Kernels;

/// <summary>rms_norm in libtorch operations; formula and shapes at <see cref="IRmsNorm"/>.</summary>
public sealed class ReferenceRmsNorm : IRmsNorm
{
    public torch.Tensor Forward(torch.Tensor x, torch.Tensor weight, double eps, RmsNormStyle style)
    {
        IRmsNorm.Check(x, weight, eps, style);
        return Normalise(x, weight, eps, style);
    }

    public (torch.Tensor Sum, torch.Tensor Normed) ForwardAdd(torch.Tensor x, torch.Tensor residual, torch.Tensor weight, double eps, RmsNormStyle style)
    {
        IRmsNorm.Check(x, weight, eps, style, residual);
        torch.Tensor sum = x + residual;
        return (sum, Normalise(sum, weight, eps, style));
    }

    private static torch.Tensor Normalise(torch.Tensor x, torch.Tensor weight, double eps, RmsNormStyle style)
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
