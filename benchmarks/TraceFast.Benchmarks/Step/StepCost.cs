using TraceFast.Kernels.AdamW;
using TraceFast.Kernels.LinearLogProb;
using TraceFast.Kernels.LoraLinear;
using TraceFast.Kernels.RmsNorm;
using TraceFast.Kernels.Rope;
using TraceFast.Kernels.SwiGlu;
using TraceFast.Kernels.TreeAttention;
using TraceFast.Kernels;
using TraceFast.Models.Config;

namespace TraceFast.Benchmarks.Step;

/// <summary>
/// Operations that an optimizer step must do, as the sum of the kernels' own formulas (see <see cref="Cost"/>) over a packed sequence of N
/// tokens with M labels; R is LoRA's rank, L the layers:
/// <code>
///   L x [ norms + linears with LoRA + rotation of q and k + tree attention + gated activation ]   forward and backward, W frozen
///   final norm                                                                                   forward and backward
/// head with log-probabilities of M labels forward, gradient to hidden in the same sweep
///   AdamW                                                                                        over LoRA's parameters
/// </code>
/// Attention's backward counts the scores once more (10 D a pair), as its formula does. What activation checkpointing computes
/// again is not counted, nor is a gradient that nothing needs taken out (the lowest layer's to the embedding).
/// </summary>
public static class StepCost
{
    /// <param name="config">The model.</param>
    /// <param name="layout">The N tokens of a pack.</param>
    /// <param name="labels">M.</param>
    /// <param name="rank">LoRA's rank, on every linear layer but the head.</param>
    /// <param name="dtype">The compute dtype.</param>
    /// <returns>Forward and backward of one pack; add <see cref="Optimizer"/> once a step.</returns>
    public static Cost OfPack(DecoderConfig config, TreeLayout layout, long labels, int rank, torch.ScalarType dtype)
    {
        long n = layout.TokenCount;
        Cost total = Norm(n, config.HiddenSize, dtype)
            + LinearLogProbKernel.ForwardBackwardCost(labels, config.VocabularySize, config.HiddenSize, dtype);
        foreach (LayerConfig layer in config.Layers)
            total += OfLayer(config, layer, layout, rank, dtype);
        return total;
    }

    /// <summary>AdamW on the adapter's parameters, kept in float32 or wider.</summary>
    public static Cost Optimizer(DecoderConfig config, int rank, torch.ScalarType dtype) => AdamWKernel.Cost(
        config.Layers.Count * Linears(config).Sum(l => (long)rank * (l.Inputs + l.Outputs)),
        dtype == torch.ScalarType.Float64 ? dtype : torch.ScalarType.Float32);

    private static Cost OfLayer(DecoderConfig config, LayerConfig layer, TreeLayout layout, int rank, torch.ScalarType dtype)
    {
        long n = layout.TokenCount;
        (int heads, int kvHeads, int headDim) = (config.HeadCount, config.KeyValueHeadCount, config.HeadDim);
        Cost total = TreeAttentionKernel.ForwardCost(layout, layer.Window, heads, kvHeads, headDim, dtype)
            + TreeAttentionKernel.BackwardCost(layout, layer.Window, heads, kvHeads, headDim, dtype)
            + SwiGluKernel.ForwardCost(n * config.IntermediateSize, config.Activation, dtype)
            + SwiGluKernel.BackwardCost(n * config.IntermediateSize, config.Activation, dtype);
        foreach ((int inputs, int outputs) in Linears(config))
            total += LoraLinearKernel.ForwardCost(n, inputs, outputs, rank, dtype)
                + LoraLinearKernel.BackwardCost(n, inputs, outputs, rank, dtype);
        LayerNorms norms = config.Norms;
        foreach (string? _ in new[] { norms.BeforeAttention, norms.AfterAttention, norms.BeforeMlp,
            norms.AfterMlp }.Where(name => name is not null))
            total += Norm(n, config.HiddenSize, dtype);
        if (config.QueryKeyNorm == QueryKeyNorm.PerHead)
            total += Norm(n * (heads + kvHeads), headDim, dtype);
        else if (config.QueryKeyNorm == QueryKeyNorm.FullWidth)
            total += Norm(n, heads * headDim, dtype) + Norm(n, kvHeads * headDim, dtype);
        if (layer.Rope is int rope)
        {
            Cost rotation = RopeKernel.Cost(n, heads + kvHeads, headDim, config.Ropes[rope].RotaryDim, dtype);
            total += rotation + rotation; // forward and backward
        }

        return total;
    }

    private static Cost Norm(long rows, long width, torch.ScalarType dtype) =>
        RmsNormKernel.ForwardCost(rows, width, dtype) + RmsNormKernel.BackwardCost(rows, width, dtype);

    /// <summary>The linear layers of one decoder layer, fused as the model has them.</summary>
    private static IEnumerable<(int Inputs, int Outputs)> Linears(DecoderConfig config)
    {
        (int hidden, int inner) = (config.HiddenSize, config.IntermediateSize);
        (int queries, int keys) = (config.HeadCount * config.HeadDim, config.KeyValueHeadCount * config.HeadDim);
        return config.FusedProjections
            ? [(hidden, queries + (2 * keys)), (queries, hidden), (hidden, 2 * inner), (inner, hidden)]
            : [(hidden, queries), (hidden, keys), (hidden, keys), (queries, hidden), (hidden, inner), (hidden, inner), (inner, hidden)];
    }
}
