using TraceFast.Kernels.RmsNorm;
using TraceFast.Models.Config;

namespace TraceFast.Models.Weights;

/// <summary>
/// Parameters of a new model, as transformers initializes them: matrices N(0, initializer_range), biases 0, norms 1 (gemma: 0, since
/// its norms multiply by 1 + w). Drawn in float32 on the CPU, so that a seed gives the same model on every device and dtype.
/// </summary>
internal sealed class RandomParameters(DecoderConfig config, int seed, DecoderOptions options) : IParameterSource, IDisposable
{
    private readonly torch.Generator _generator = new((ulong)seed, torch.CPU);

    public Parameter Take(ParameterKind kind, string name, params long[] shape)
    {
        using IDisposable _ = torch.no_grad();
        using torch.Tensor drawn = kind switch
        {
            ParameterKind.Matrix => torch.randn(shape, dtype: torch.float32, generator: _generator).mul_(config.InitializerRange),
            ParameterKind.Norm when config.NormStyle != RmsNormStyle.Gemma => torch.ones(shape, dtype: torch.float32),
            _ => torch.zeros(shape, dtype: torch.float32),
        };
        torch.Tensor value = drawn.to(options.TrainAll ? options.MasterDtype : options.ComputeDtype, options.Device, copy: true)
            .DetachFromDisposeScope();
        if (options.TrainAll)
            value.requires_grad_(true);
        return new Parameter(name, torch.ScalarType.Float32, value);
    }

    public void Dispose() => _generator.Dispose();
}
