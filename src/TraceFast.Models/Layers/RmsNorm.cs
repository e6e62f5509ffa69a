namespace TraceFast.Models;

/// <summary>A root-mean-square norm of the model's style over the last dimension.</summary>
internal sealed class RmsNorm
{
    private readonly ModuleWeight weight;
    private readonly DecoderConfig config;

    public RmsNorm(IParameterSource source, DecoderConfig config, string module, int width)
    {
        this.config = config;
        weight = new ModuleWeight($"{module}.weight", source.Take(ParameterKind.Norm, $"{module}.weight", width));
    }

    public ModuleWeight Weight => weight;

    /// <summary>x and residual [N, width] -> their sum, and its norm.</summary>
    public (torch.Tensor Sum, torch.Tensor Normed) ForwardAdd(torch.Tensor x, torch.Tensor residual, ForwardContext context) =>
        context.Kernels.RmsNorm.ForwardAdd(x, residual, weight.In(context), config.NormEpsilon, config.NormStyle);

    /// <summary>x [N, width] -> [N, width].</summary>
    public torch.Tensor Forward(torch.Tensor x, ForwardContext context) =>
        context.Kernels.RmsNorm.Forward(x, weight.In(context), config.NormEpsilon, config.NormStyle);
}
