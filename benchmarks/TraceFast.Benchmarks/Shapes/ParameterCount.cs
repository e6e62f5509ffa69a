using TraceFast.Models.Config;

namespace TraceFast.Benchmarks.Shapes;

/// <summary>Numbers that a decoder has, by its configuration alone: no weights are made.</summary>
public static class ParameterCount
{
    /// <summary>
    /// All weights: the embedding V H, once more for a head of its own; each layer's linears Σ I O with their biases, and its norms; the
    /// final norm H.
    /// </summary>
    public static long OfModel(DecoderConfig config)
    {
        long hidden = config.HiddenSize;
        (long queries, long keys) = ((long)config.HeadCount * config.HeadDim, (long)config.KeyValueHeadCount * config.HeadDim);
        long layer = Linears(config).Sum(l => (long)l.Inputs * l.Outputs)
            + (config.QkvBias ? queries + (2 * keys) : 0)
            + (config.OutputBias ? hidden : 0)
            + (config.MlpBias ? (2L * config.IntermediateSize) + hidden : 0)
            + (NormsOfLayer(config) * hidden)
            + config.QueryKeyNorm switch
            {
                QueryKeyNorm.PerHead => 2L * config.HeadDim,
                QueryKeyNorm.FullWidth => queries + keys,
                _ => 0,
            };
        long embedding = (long)config.VocabularySize * hidden;
        return (config.TieWordEmbeddings ? embedding : 2 * embedding) + (config.Layers.Count * layer) + hidden;
    }

    /// <summary>LoRA's A and B, r (I + O), of every linear layer but the head.</summary>
    public static long OfAdapter(DecoderConfig config, int rank) =>
        config.Layers.Count * Linears(config).Sum(l => rank * ((long)l.Inputs + l.Outputs));

    /// <summary>The linear layers of one decoder layer, fused as the model has them.</summary>
    internal static IEnumerable<(int Inputs, int Outputs)> Linears(DecoderConfig config)
    {
        (int hidden, int inner) = (config.HiddenSize, config.IntermediateSize);
        (int queries, int keys) = (config.HeadCount * config.HeadDim, config.KeyValueHeadCount * config.HeadDim);
        return config.FusedProjections
            ? [(hidden, queries + (2 * keys)), (queries, hidden), (hidden, 2 * inner), (inner, hidden)]
            : [(hidden, queries), (hidden, keys), (hidden, keys), (queries, hidden), (hidden, inner), (hidden, inner), (inner, hidden)];
    }

    /// <summary>Norms over the hidden state in one decoder layer.</summary>
    internal static int NormsOfLayer(DecoderConfig config)
    {
        LayerNorms norms = config.Norms;
        return new[] { norms.BeforeAttention, norms.AfterAttention, norms.BeforeMlp, norms.AfterMlp }.Count(name => name is not null);
    }
}
