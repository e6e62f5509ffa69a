using TraceFast.Benchmarks.Step;
using TraceFast.Kernels;
using TraceFast.Kernels.LoraLinear;
using TraceFast.Kernels.TreeAttention;
using TraceFast.Models.Config;

namespace TraceFast.Benchmarks.Decode;

/// <summary>
/// Operations that decoding R equal requests of P prompt and T new tokens as one batch must do. A prompt's last token goes with the first
/// step (<see cref="Inference.Decoding.BatchDecoder"/>), so there are R prefills of P - 1 tokens and T steps of R rows, and in step t = 0,
/// 1, ... a row sees P + t tokens. A and A_kv are the query and the KV heads, D their width, L the layers:
/// <code>
///   R x prefill   tokens(P - 1) + L x attention over a triangle of P - 1      no logits
///   T x step      tokens(R) + L x R A (P + t) (4 D + 4) + head, 2 R V H       each weight and each kept key and value read once
/// </code>
/// tokens(n) is what <see cref="StepCost"/> counts of n tokens' linears, norms, rotation and activation.
/// </summary>
internal static class DecodeCost
{
    /// <param name="config">The model.</param>
    /// <param name="requests">R.</param>
    /// <param name="length">P and T.</param>
    /// <param name="dtype">Of weights, keys and values.</param>
    public static Cost Of(DecoderConfig config, int requests, DecodeLength length, torch.ScalarType dtype)
    {
        (int heads, int kvHeads, int width) = (config.HeadCount, config.KeyValueHeadCount, config.HeadDim);
        int prefilled = length.Prompt - 1;
        using TreeLayout triangle = new([0], [prefilled], [-1], [0]);
        Cost prefill = StepCost.ByToken(config, prefilled, rank: 0, dtype);
        Cost step = StepCost.ByToken(config, requests, rank: 0, dtype)
            + LoraLinearKernel.ForwardCost(requests, config.HiddenSize, config.VocabularySize, rank: 0, dtype);
        Cost total = default;
        foreach (LayerConfig layer in config.Layers)
        {
            prefill += TreeAttentionKernel.ForwardCost(triangle, layer.Window, heads, kvHeads, width, dtype);
            for (int t = 0; t < length.New; t++)
            {
                double seen = Math.Min(length.Prompt + t, layer.Window ?? int.MaxValue);
                total += new Cost(
                    requests * heads * seen * ((4.0 * width) + 4),
                    2.0 * requests * width * (heads + (kvHeads * seen)) * dtype.ElementSize());
            }
        }
        return total + Times(requests, prefill) + Times(length.New, step);
    }

    private static Cost Times(int count, Cost cost) => new(count * cost.Flops, count * cost.Bytes);
}
