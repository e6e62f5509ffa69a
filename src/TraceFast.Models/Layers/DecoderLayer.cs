namespace TraceFast.Models;

/// <summary>
/// One layer: x + m attention(x), then x + m mlp(x), with RMS norms before or after each branch, as the family has them.
/// </summary>
internal sealed class DecoderLayer
{
    private readonly DecoderConfig config;
    private readonly Attention attention;
    private readonly Mlp mlp;
    private readonly RmsNorm? beforeAttention;
    private readonly RmsNorm? afterAttention;
    private readonly RmsNorm? beforeMlp;
    private readonly RmsNorm? afterMlp;

    public DecoderLayer(IParameterSource source, DecoderConfig config, int index)
    {
        this.config = config;
        string module = $"model.layers.{index}";
        attention = new Attention(source, config, config.Layers[index], $"{module}.self_attn");
        mlp = new Mlp(source, config, $"{module}.mlp");
        beforeAttention = Norm(config.Norms.BeforeAttention);
        afterAttention = Norm(config.Norms.AfterAttention);
        beforeMlp = Norm(config.Norms.BeforeMlp);
        afterMlp = Norm(config.Norms.AfterMlp);

        RmsNorm? Norm(string? name) => name == null ? null : new RmsNorm(source, config, $"{module}.{name}", config.HiddenSize);
    }

    public IEnumerable<Linear> Linears => [.. attention.Linears, .. mlp.Linears];

    public IEnumerable<ModuleWeight> Weights
    {
        get
        {
            IEnumerable<RmsNorm?> norms = [.. attention.Norms, beforeAttention, afterAttention, beforeMlp, afterMlp];
            return [.. Linears.SelectMany(l => l.Weights), .. norms.OfType<RmsNorm>().Select(n => n.Weight)];
        }
    }

    /// <summary>x [N, hidden] -> [N, hidden]; every handle made on the way dies here.</summary>
    public torch.Tensor Forward(torch.Tensor x, ForwardContext context)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor branch = attention.Forward(beforeAttention?.Forward(x, context) ?? x, context);
        (x, torch.Tensor normed) = AddAndNorm(x, afterAttention?.Forward(branch, context) ?? branch, context);
        branch = mlp.Forward(normed, context);
        return Add(x, afterMlp?.Forward(branch, context) ?? branch).MoveToOuterDisposeScope();
    }

    /// <summary>The residual stream after attention, and what enters the MLP: one operation where it can be.</summary>
    private (torch.Tensor Sum, torch.Tensor Normed) AddAndNorm(torch.Tensor x, torch.Tensor branch, ForwardContext context)
    {
        if (beforeMlp is not null && config.ResidualMultiplier == 1)
            return beforeMlp.ForwardAdd(branch, x, context);
        x = Add(x, branch);
        return (x, beforeMlp?.Forward(x, context) ?? x);
    }

    private torch.Tensor Add(torch.Tensor x, torch.Tensor branch) => x.add(branch, config.ResidualMultiplier);
}
