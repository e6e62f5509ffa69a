using TraceFast.Kernels.Profiling;
using TraceFast.Kernels;
using TraceFast.Models.Config;
using TraceFast.Models.Weights;

namespace TraceFast.Models.Layers;

/// <summary>
/// One layer: x + m attention(x), then x + m mlp(x), with RMS norms before or after each branch, as the family has them.
/// </summary>
internal sealed class DecoderLayer
{
    private readonly DecoderConfig _config;
    private readonly int _index;
    private readonly Attention _attention;
    private readonly Mlp _mlp;
    private readonly RmsNorm? _beforeAttention;
    private readonly RmsNorm? _afterAttention;
    private readonly RmsNorm? _beforeMlp;
    private readonly RmsNorm? _afterMlp;

    public DecoderLayer(IParameterSource source, DecoderConfig config, int index)
    {
        (_config, _index) = (config, index);
        string module = $"model.layers.{index}";
        _attention = new Attention(source, config, config.Layers[index], $"{module}.self_attn");
        _mlp = new Mlp(source, config, $"{module}.mlp");
        _beforeAttention = Norm(config.Norms.BeforeAttention);
        _afterAttention = Norm(config.Norms.AfterAttention);
        _beforeMlp = Norm(config.Norms.BeforeMlp);
        _afterMlp = Norm(config.Norms.AfterMlp);

        RmsNorm? Norm(string? name) => name == null ? null : new RmsNorm(source, config, $"{module}.{name}", config.HiddenSize);
    }

    public IEnumerable<Linear> Linears => [.. _attention.Linears, .. _mlp.Linears];

    public IEnumerable<ModuleWeight> Weights
    {
        get
        {
            IEnumerable<RmsNorm?> norms = [.. _attention.Norms, _beforeAttention, _afterAttention, _beforeMlp, _afterMlp];
            return [.. Linears.SelectMany(l => l.Weights), .. norms.OfType<RmsNorm>().Select(n => n.Weight)];
        }
    }

    /// <summary>What a recorded pass keeps besides x and y: what enters each branch, each norm, and the sum between the branches.</summary>
    public long KeptBytes(PassSize pass)
    {
        // Norms before a branch give it a tensor of its own; those after keep the branch's result.
        RmsNorm?[] norms = [_beforeAttention, _afterAttention, _beforeMlp, _afterMlp];
        long tensors = 1 + norms.Count(n => n is not null);
        return pass.Activations(tensors * _config.HiddenSize) + norms.Sum(n => n?.KeptBytes(pass.Tokens, pass) ?? 0)
            + _attention.KeptBytes(pass) + _mlp.KeptBytes(pass);
    }

    /// <summary>x [N, hidden] -> [N, hidden]; every handle made on the way dies here.</summary>
    public torch.Tensor Forward(torch.Tensor x, ForwardContext context)
    {
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Structure, "layer", _index);
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor branch = _attention.Forward(_beforeAttention?.Forward(x, context) ?? x, context);
        (x, torch.Tensor normed) = AddAndNorm(x, _afterAttention?.Forward(branch, context) ?? branch, context);
        branch = _mlp.Forward(normed, context);
        return Add(x, _afterMlp?.Forward(branch, context) ?? branch).MoveToOuterDisposeScope();
    }

    /// <summary>The residual stream after attention, and what enters the MLP: one operation where it can be.</summary>
    private (torch.Tensor Sum, torch.Tensor Normed) AddAndNorm(torch.Tensor x, torch.Tensor branch, ForwardContext context)
    {
        if (_beforeMlp is not null && _config.ResidualMultiplier == 1)
            return _beforeMlp.ForwardAdd(branch, x, context);
        x = Add(x, branch);
        return (x, _beforeMlp?.Forward(x, context) ?? x);
    }

    private torch.Tensor Add(torch.Tensor x, torch.Tensor branch)
    {
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Operation, "residual_add");
        if (profiled.IsOpen)
        {
            (long rows, long width) = (x.shape[0], x.shape[1]);
            double operations = _config.ResidualMultiplier == 1 ? 1 : 2;
            profiled.Describe(
                new Cost(operations * rows * width, 3.0 * rows * width * x.ElementSize), new OperandSizes("x [{0}, {1}]", rows, width));
        }
        return x.add(branch, _config.ResidualMultiplier);
    }
}
