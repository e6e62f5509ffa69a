using TraceFast.Kernels.RmsNorm;
using TraceFast.Models.Config;
using TraceFast.Models.Weights;

namespace TraceFast.Models.Layers;

/// <summary>A root-mean-square norm of the model's style over the last dimension.</summary>
internal sealed class RmsNorm
{
    private readonly ModuleWeight _weight;
    private readonly DecoderConfig _config;

    public RmsNorm(IParameterSource source, DecoderConfig config, string module, int width)
    {
        _config = config;
        _weight = new ModuleWeight($"{module}.weight", source.Take(ParameterKind.Norm, $"{module}.weight", width));
    }

    public ModuleWeight Weight => _weight;

    /// <summary>x and residual [N, width] -> their sum, and its norm.</summary>
    public (torch.Tensor Sum, torch.Tensor Normed) ForwardAdd(torch.Tensor x, torch.Tensor residual, ForwardContext context) =>
        context.Kernels.RmsNorm.ForwardAdd(x, residual, _weight.In(context), _config.NormEpsilon, _config.NormStyle);

    /// <summary>What a recorded pass keeps besides x and y.</summary>
    /// <param name="rows">Of x.</param>
    public long KeptBytes(long rows, PassSize pass) =>
        RmsNormKernel.KeptBytes(rows, _weight.Parameter.Value.shape[0], pass.Dtype) + _weight.CastBytes(pass);

    /// <summary>x [N, width] -> [N, width].</summary>
    public torch.Tensor Forward(torch.Tensor x, ForwardContext context) =>
        context.Kernels.RmsNorm.Forward(x, _weight.In(context), _config.NormEpsilon, _config.NormStyle);
}
