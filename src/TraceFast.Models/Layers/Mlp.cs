using TraceFast.Models.Config;
using TraceFast.Models.Weights;

namespace TraceFast.Models.Layers;

/// <summary>The gated MLP: down(act(gate(x)) * up(x)) (arXiv 2002.05202).</summary>
internal sealed class Mlp
{
    private readonly DecoderConfig _config;
    private readonly FusedLinear _gateUp;
    private readonly Linear _down;

    public Mlp(IParameterSource source, DecoderConfig config, string module)
    {
        _config = config;
        int width = config.IntermediateSize;
        _gateUp = config.FusedProjections
            ? FusedLinear.Fused(source, $"{module}.gate_up_proj", config.HiddenSize, config.MlpBias, width, width)
            : FusedLinear.Separate(source, config.HiddenSize, config.MlpBias, ($"{module}.gate_proj", width), ($"{module}.up_proj", width));
        _down = new Linear(source, $"{module}.down_proj", width, config.HiddenSize, config.MlpBias);
    }

    public IEnumerable<Linear> Linears => [.. _gateUp.Linears, _down];

    /// <summary>What a recorded pass keeps besides x and y: gate, up and their product.</summary>
    public long KeptBytes(PassSize pass) => pass.Activations(3L * _config.IntermediateSize) + Linears.Sum(l => l.KeptBytes(pass));

    /// <summary>x [N, hidden] -> [N, hidden].</summary>
    public torch.Tensor Forward(torch.Tensor x, ForwardContext context)
    {
        torch.Tensor[] parts = _gateUp.Forward(x, context);
        return _down.Forward(context.Kernels.SwiGlu.Forward(parts[0], parts[1], _config.Activation), context);
    }
}
