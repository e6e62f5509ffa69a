using TraceFast.Kernels.TreeAttention;
using TraceFast.Models.Config;
using TraceFast.Models.Weights;

namespace TraceFast.Models.Layers;

/// <summary>
/// Self-attention over packed trees: q, k, v projections, optional RMS norm on q and k, rotary embedding, attention within
/// each token's own segment and its ancestors, output projection. Grouped keys and values where they have fewer heads.
/// </summary>
internal sealed class Attention
{
    private readonly DecoderConfig _config;
    private readonly LayerConfig _layer;
    private readonly FusedLinear _qkv;
    private readonly Linear _output;
    private readonly RmsNorm? _queryNorm;
    private readonly RmsNorm? _keyNorm;

    public Attention(IParameterSource source, DecoderConfig config, LayerConfig layer, string module)
    {
        _config = config;
        _layer = layer;
        int queries = config.HeadCount * config.HeadDim;
        int keys = config.KeyValueHeadCount * config.HeadDim;
        _qkv = config.FusedProjections
            ? FusedLinear.Fused(source, $"{module}.qkv_proj", config.HiddenSize, config.QkvBias, queries, keys, keys)
            : FusedLinear.Separate(
                source, config.HiddenSize, config.QkvBias, ($"{module}.q_proj", queries), ($"{module}.k_proj", keys),
                ($"{module}.v_proj", keys));
        _output = new Linear(source, $"{module}.o_proj", queries, config.HiddenSize, config.OutputBias);
        if (config.QueryKeyNorm == QueryKeyNorm.None)
            return;
        bool perHead = config.QueryKeyNorm == QueryKeyNorm.PerHead;
        _queryNorm = new RmsNorm(source, config, $"{module}.q_norm", perHead ? config.HeadDim : queries);
        _keyNorm = new RmsNorm(source, config, $"{module}.k_norm", perHead ? config.HeadDim : keys);
    }

    public IEnumerable<Linear> Linears => [.. _qkv.Linears, _output];

    public IEnumerable<RmsNorm> Norms => _queryNorm == null ? [] : [_queryNorm, _keyNorm!];

    /// <summary>
    /// What a recorded pass keeps besides x and y: what enters attention and leaves it, and what entered norms on the way.
    /// </summary>
    public long KeptBytes(PassSize pass)
    {
        long queries = (long)_config.HeadCount * _config.HeadDim, keys = (long)_config.KeyValueHeadCount * _config.HeadDim;
        bool changed = _layer.Rope is not null || _queryNorm is not null; // q and k into new tensors
        bool projectedKept = _qkv.IsJoint || _queryNorm is not null || !changed;
        return pass.Activations((projectedKept ? queries + keys : 0) + keys + (changed ? queries + keys : 0) + queries)
            + TreeAttentionKernel.KeptBytes(pass.Tokens, _config.HeadCount, pass.Dtype)
            + NormBytes(_queryNorm, _config.HeadCount) + NormBytes(_keyNorm, _config.KeyValueHeadCount)
            + Linears.Sum(l => l.KeptBytes(pass));

        long NormBytes(RmsNorm? norm, int heads) =>
            norm?.KeptBytes(pass.Tokens * (_config.QueryKeyNorm == QueryKeyNorm.PerHead ? heads : 1), pass) ?? 0;
    }

    /// <summary>x [N, hidden] -> [N, hidden].</summary>
    public torch.Tensor Forward(torch.Tensor x, ForwardContext context)
    {
        long n = x.shape[0];
        torch.Tensor[] parts = _qkv.Forward(x, context);
        torch.Tensor q = Heads(parts[0], _config.HeadCount, _queryNorm, context);
        torch.Tensor k = Heads(parts[1], _config.KeyValueHeadCount, _keyNorm, context);
        torch.Tensor v = parts[2].reshape(n, _config.KeyValueHeadCount, _config.HeadDim);
        torch.Tensor mixed = context.Kernels.TreeAttention.Forward(
            q, k, v, context.Layout, _config.AttentionScale, _layer.Window, _config.AttentionSoftcap);
        return _output.Forward(mixed.reshape(n, _config.HeadCount * _config.HeadDim), context);
    }

    /// <summary>[N, heads * D] -> [N, heads, D], normed and rotated.</summary>
    private torch.Tensor Heads(torch.Tensor x, int heads, RmsNorm? norm, ForwardContext context)
    {
        long n = x.shape[0];
        if (norm != null)
            x = norm.Forward(_config.QueryKeyNorm == QueryKeyNorm.PerHead ? x.reshape(n * heads, _config.HeadDim) : x, context);
        x = x.reshape(n, heads, _config.HeadDim);
        return _layer.Rope is int rope ? context.Kernels.Rope.Forward(x, context.Rotary[rope].Cos, context.Rotary[rope].Sin) : x;
    }
}
