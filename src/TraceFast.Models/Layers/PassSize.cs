using TraceFast.Models.Lora;

namespace TraceFast.Models.Layers;

/// <summary>What the memory of a recorded pass depends on, besides the layers.</summary>
/// <param name="Tokens">N.</param>
/// <param name="Dtype">Of activations.</param>
/// <param name="Adapter">Null: none.</param>
/// <param name="Dropout">Of the adapter's inputs.</param>
internal sealed record PassSize(long Tokens, torch.ScalarType Dtype, LoraAdapter? Adapter, double Dropout)
{
    public long ElementSize => Dtype.ElementSize();

    /// <summary>Of norms, softmax, rotary tables and gradients that are summed.</summary>
    public long WideSize => Math.Max(sizeof(float), ElementSize);

    /// <summary>Bytes of activations [N, <paramref name="width"/>].</summary>
    public long Activations(long width) => Tokens * width * ElementSize;
}
