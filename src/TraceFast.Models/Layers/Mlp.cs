namespace TraceFast.Models;

/// <summary>The gated MLP: down(act(gate(x)) * up(x)) (arXiv 2002.05202).</summary>
internal sealed class Mlp
{
    private readonly DecoderConfig config;
    private readonly JointLinear gateUp;
    private readonly Linear down;

    public Mlp(IParameterSource source, DecoderConfig config, string module)
    {
        this.config = config;
        int width = config.IntermediateSize;
        gateUp = config.FusedProjections
            ? JointLinear.Fused(source, $"{module}.gate_up_proj", config.HiddenSize, config.MlpBias, width, width)
            : JointLinear.Separate(source, config.HiddenSize, config.MlpBias, ($"{module}.gate_proj", width), ($"{module}.up_proj", width));
        down = new Linear(source, $"{module}.down_proj", width, config.HiddenSize, config.MlpBias);
    }

    public IEnumerable<Linear> Linears => [.. gateUp.Linears, down];

    /// <summary>x [N, hidden] -> [N, hidden].</summary>
    public torch.Tensor Forward(torch.Tensor x, ForwardContext context)
    {
        torch.Tensor[] parts = gateUp.Forward(x, context);
        return down.Forward(context.Kernels.SwiGlu.Forward(parts[0], parts[1], config.Activation), context);
    }
}
