using TraceFast.Kernels.TreeAttention;
using TraceFast.Models.Lora;

namespace TraceFast.Models.Layers;

/// <summary>What all layers of one forward pass share.</summary>
/// <param name="Kernels">The operations.</param>
/// <param name="Layout">Segments, parents and positions of the packed tokens.</param>
/// <param name="Rotary">Cosines and sines of each of the model's rotary embeddings.</param>
/// <param name="ComputeDtype">Element type of activations.</param>
/// <param name="Adapter">The adapter in force; null: none, or switched off.</param>
/// <param name="Dropout">Probability with which the adapter's inputs are zeroed; 0 outside training.</param>
internal sealed record ForwardContext(
    KernelSet Kernels, TreeLayout Layout, IReadOnlyList<RotaryTable> Rotary, torch.ScalarType ComputeDtype, LoraAdapter? Adapter,
    double Dropout)
{
    /// <summary>Is told each matrix's module and what enters it [N, inputs]; null: nobody is.</summary>
    public Action<string, torch.Tensor>? Observer { get; init; }

    /// <summary>Matrices that take the place of the model's, by their names.</summary>
    public IReadOnlyDictionary<string, torch.Tensor>? Replaced { get; init; }

    /// <summary>Whether the adapter's A and B are in <see cref="Replaced"/> already.</summary>
    public bool ReplacedAreMerged { get; init; }
}
