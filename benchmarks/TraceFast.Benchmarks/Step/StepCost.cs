using TraceFast.Benchmarks.Shapes;
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
/// Where all weights are trained (R = 0) the backward pass has two products more: dW = dy^T x of every linear, 2 N I O, and dW of the head
/// with its logits computed again, 4 M V H.
/// Attention's backward counts the scores once more (10 D a pair), as its formula does. What activation checkpointing computes
/// again is not counted, nor is a gradient that nothing needs taken out (the lowest layer's to the embedding).
/// </summary>
public static class StepCost
{
    /// <param name="config">The model.</param>
    /// <param name="layout">The N tokens of a pack.</param>
    /// <param name="labels">M.</param>
    /// <param name="rank">LoRA's rank, on every linear layer but the head; 0: all weights are trained.</param>
    /// <param name="dtype">The compute dtype.</param>
    /// <returns>Forward and backward of one pack; add <see cref="Optimizer"/> once a step.</returns>
    public static Cost OfPack(DecoderConfig config, TreeLayout layout, long labels, int rank, torch.ScalarType dtype) =>
        Forward(config, layout, labels, rank, dtype) + Backward(config, layout, labels, rank, dtype);

    /// <inheritdoc cref="OfPack"/>
    /// <returns>The forward pass, with the sweep over the head that also makes the gradient to the hidden states.</returns>
    public static Cost Forward(DecoderConfig config, TreeLayout layout, long labels, int rank, torch.ScalarType dtype)
    {
        (int heads, int kvHeads, int headDim) = (config.HeadCount, config.KeyValueHeadCount, config.HeadDim);
        Cost total = LinearLogProbKernel.ForwardBackwardCost(labels, config.VocabularySize, config.HiddenSize, dtype)
            + ByToken(config, layout.TokenCount, rank, dtype);
        foreach (LayerConfig layer in config.Layers)
            total += TreeAttentionKernel.ForwardCost(layout, layer.Window, heads, kvHeads, headDim, dtype);
        return total;
    }

    /// <summary>The forward pass of N tokens but for attention and the head: what each token takes whatever the others are.</summary>
    internal static Cost ByToken(DecoderConfig config, long tokens, int rank, torch.ScalarType dtype)
    {
        Cost total = default;
        foreach (LayerConfig layer in config.Layers)
        {
            total += SwiGluKernel.ForwardCost(tokens * config.IntermediateSize, config.Activation, dtype)
                + Rotation(config, layer, tokens, dtype);
            foreach ((int inputs, int outputs) in ParameterCount.Linears(config))
                total += LoraLinearKernel.ForwardCost(tokens, inputs, outputs, rank, dtype);
        }
        foreach ((long rows, long width) in Norms(config, tokens))
            total += RmsNormKernel.ForwardCost(rows, width, dtype);
        return total;
    }

    /// <inheritdoc cref="OfPack"/>
    /// <returns>The backward pass through the layers, and through the head where it is trained.</returns>
    public static Cost Backward(DecoderConfig config, TreeLayout layout, long labels, int rank, torch.ScalarType dtype)
    {
        long n = layout.TokenCount;
        (int heads, int kvHeads, int headDim) = (config.HeadCount, config.KeyValueHeadCount, config.HeadDim);
        Cost total = default;
        foreach (LayerConfig layer in config.Layers)
        {
            total += TreeAttentionKernel.BackwardCost(layout, layer.Window, heads, kvHeads, headDim, dtype)
                + SwiGluKernel.BackwardCost(n * config.IntermediateSize, config.Activation, dtype)
                + Rotation(config, layer, n, dtype);
            foreach ((int inputs, int outputs) in ParameterCount.Linears(config))
            {
                total += LoraLinearKernel.BackwardCost(n, inputs, outputs, rank, dtype);
                if (rank == 0)
                    total += LoraLinearKernel.ForwardCost(n, inputs, outputs, 0, dtype); // dW is a product of the same three sizes
            }
        }
        foreach ((long rows, long width) in Norms(config, n))
            total += RmsNormKernel.BackwardCost(rows, width, dtype);
        if (rank == 0)
            total += HeadGradient(config, labels, dtype);
        return total;
    }

    /// <summary>AdamW on the trained parameters, kept in float32 or wider.</summary>
    public static Cost Optimizer(DecoderConfig config, int rank, torch.ScalarType dtype) => AdamWKernel.Cost(
        TrainedParameters(config, rank), dtype == torch.ScalarType.Float64 ? dtype : torch.ScalarType.Float32);

    /// <summary>The adapter's, or all.</summary>
    public static long TrainedParameters(DecoderConfig config, int rank) =>
        rank == 0 ? ParameterCount.OfModel(config) : ParameterCount.OfAdapter(config, rank);

    /// <summary>logits = h W^T once more, and dW = dz^T h: the head and the hidden states in, dW out.</summary>
    private static Cost HeadGradient(DecoderConfig config, long labels, torch.ScalarType dtype)
    {
        Cost logits = LinearLogProbKernel.ForwardCost(labels, config.VocabularySize, config.HiddenSize, dtype);
        double product = 2.0 * labels * config.VocabularySize * config.HiddenSize;
        return new Cost(
            2 * product, logits.Bytes + (4.0 * config.VocabularySize * config.HiddenSize));
    }

    private static Cost Rotation(DecoderConfig config, LayerConfig layer, long tokens, torch.ScalarType dtype) => layer.Rope is int rope
        ? RopeKernel.Cost(tokens, config.HeadCount + config.KeyValueHeadCount, config.HeadDim, config.Ropes[rope].RotaryDim, dtype)
        : default;

    /// <summary>Rows and width of every norm.</summary>
    private static IEnumerable<(long Rows, long Width)> Norms(DecoderConfig config, long tokens)
    {
        (int heads, int kvHeads, int headDim) = (config.HeadCount, config.KeyValueHeadCount, config.HeadDim);
        yield return (tokens, config.HiddenSize);
        for (int layer = 0; layer < config.Layers.Count; layer++)
        {
            for (int i = 0; i < ParameterCount.NormsOfLayer(config); i++)
                yield return (tokens, config.HiddenSize);
            if (config.QueryKeyNorm == QueryKeyNorm.PerHead)
                yield return (tokens * (heads + kvHeads), headDim);
            else if (config.QueryKeyNorm == QueryKeyNorm.FullWidth)
            {
                yield return (tokens, heads * headDim);
                yield return (tokens, kvHeads * headDim);
            }
        }
    }
}
