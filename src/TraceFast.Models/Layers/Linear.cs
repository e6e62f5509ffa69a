using TraceFast.Kernels.LoraLinear;
using TraceFast.Models.Lora;
using TraceFast.Models.Weights;

namespace TraceFast.Models.Layers;

/// <summary>y = x W^T + b, with the adapter's s (x A^T) B^T where it touches this module.</summary>
internal sealed class Linear
{
    private readonly ModuleWeight _weight;
    private readonly ModuleWeight? _bias;

    /// <param name="source">Where W and b come from.</param>
    /// <param name="module">Dotted name.</param>
    /// <param name="inputs">Width of x.</param>
    /// <param name="outputs">Width of y.</param>
    /// <param name="hasBias">Whether there is b.</param>
    public Linear(IParameterSource source, string module, int inputs, int outputs, bool hasBias)
        : this(
            new ModuleWeight($"{module}.weight", source.Take(ParameterKind.Matrix, $"{module}.weight", outputs, inputs)),
            hasBias ? new ModuleWeight($"{module}.bias", source.Take(ParameterKind.Bias, $"{module}.bias", outputs)) : null)
    {
    }

    public Linear(ModuleWeight weight, ModuleWeight? bias)
    {
        _weight = weight;
        _bias = bias;
    }

    public string Module => _weight.Module;

    public long Outputs => _weight.Parameter.Value.shape[0];

    public long Inputs => _weight.Parameter.Value.shape[1];

    public IEnumerable<ModuleWeight> Weights => _bias == null ? [_weight] : [_weight, _bias];

    public ModuleWeight Weight => _weight;

    /// <summary>What a recorded pass keeps besides x and y.</summary>
    public long KeptBytes(PassSize pass)
    {
        int rank = pass.Adapter?.For(Module)?.Rank ?? 0;
        return LoraLinearKernel.KeptBytes(pass.Tokens, Inputs, rank, pass.Dropout > 0, pass.Dtype) + _weight.CastBytes(pass);
    }

    /// <summary>x [N, inputs] -> [N, outputs].</summary>
    public torch.Tensor Forward(torch.Tensor x, ForwardContext context)
    {
        context.Observer?.Invoke(Module, x);
        torch.Tensor? replaced = context.Replaced?.GetValueOrDefault(_weight.Name);
        LoraWeights? lora = replaced is not null && context.ReplacedAreMerged ? null : context.Adapter?.For(Module);
        return context.Kernels.LoraLinear.Forward(
            x, replaced ?? _weight.In(context), _bias?.In(context), lora?.A, lora?.B, lora?.Scaling ?? 0, context.Dropout,
            context.Adapter?.DropoutGenerator);
    }
}
