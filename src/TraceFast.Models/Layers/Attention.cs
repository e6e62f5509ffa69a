namespace TraceFast.Models;

/// <summary>
/// Self-attention over packed trees: q, k, v projections, optional RMS norm on q and k, rotary embedding, attention within
/// each token's own segment and its ancestors, output projection. Grouped keys and values where they have fewer heads.
/// </summary>
internal sealed class Attention
{
    private readonly DecoderConfig config;
    private readonly LayerConfig layer;
    private readonly JointLinear qkv;
    private readonly Linear output;
    private readonly RmsNorm? queryNorm;
    private readonly RmsNorm? keyNorm;

    public Attention(IParameterSource source, DecoderConfig config, LayerConfig layer, string module)
    {
        this.config = config;
        this.layer = layer;
        int queries = config.HeadCount * config.HeadDim;
        int keys = config.KeyValueHeadCount * config.HeadDim;
        qkv = config.FusedProjections
            ? JointLinear.Fused(source, $"{module}.qkv_proj", config.HiddenSize, config.QkvBias, queries, keys, keys)
            : JointLinear.Separate(
                source, config.HiddenSize, config.QkvBias, ($"{module}.q_proj", queries), ($"{module}.k_proj", keys), ($"{module}.v_proj", keys));
        output = new Linear(source, $"{module}.o_proj", queries, config.HiddenSize, config.OutputBias);
        if (config.QueryKeyNorm == QueryKeyNorm.None)
            return;
        bool perHead = config.QueryKeyNorm == QueryKeyNorm.PerHead;
        queryNorm = new RmsNorm(source, config, $"{module}.q_norm", perHead ? config.HeadDim : queries);
        keyNorm = new RmsNorm(source, config, $"{module}.k_norm", perHead ? config.HeadDim : keys);
    }

    public IEnumerable<Linear> Linears => [.. qkv.Linears, output];

    public IEnumerable<RmsNorm> Norms => queryNorm == null ? [] : [queryNorm, keyNorm!];

    /// <summary>x [N, hidden] -> [N, hidden].</summary>
    public torch.Tensor Forward(torch.Tensor x, ForwardContext context)
    {
        long n = x.shape[0];
        torch.Tensor[] parts = qkv.Forward(x, context);
        torch.Tensor q = Heads(parts[0], config.HeadCount, queryNorm, context);
        torch.Tensor k = Heads(parts[1], config.KeyValueHeadCount, keyNorm, context);
        torch.Tensor v = parts[2].reshape(n, config.KeyValueHeadCount, config.HeadDim);
        torch.Tensor mixed = context.Kernels.TreeAttention.Forward(
            q, k, v, context.Layout, config.AttentionScale, layer.Window, config.AttentionSoftcap);
        return output.Forward(mixed.reshape(n, config.HeadCount * config.HeadDim), context);
    }

    /// <summary>[N, heads * D] -> [N, heads, D], normed and rotated.</summary>
    private torch.Tensor Heads(torch.Tensor x, int heads, RmsNorm? norm, ForwardContext context)
    {
        long n = x.shape[0];
        if (norm != null)
            x = norm.Forward(config.QueryKeyNorm == QueryKeyNorm.PerHead ? x.reshape(n * heads, config.HeadDim) : x, context);
        x = x.reshape(n, heads, config.HeadDim);
        return layer.Rope is int rope ? context.Kernels.Rope.Forward(x, context.Rotary[rope].Cos, context.Rotary[rope].Sin) : x;
    }
}
