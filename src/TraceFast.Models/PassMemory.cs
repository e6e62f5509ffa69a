using TraceFast.Kernels.LinearLogProb;
using TraceFast.Models.Layers;
using TraceFast.Models.Weights;

namespace TraceFast.Models;

/// <summary>
/// Bytes of the tensors that a training pass makes (<see cref="ForwardPass"/>, with the head's log-probabilities), by the formulas of the
/// fused kernels and layers, for N tokens of which each has a label:
/// <code>
///   head         inputs of all layers, what layers k and later keep, hidden states, dh before and after it is scaled
///   layer l      inputs up to l, what layers k to l keep, gradients inside the layer; l = last .. 0
///   layer l &lt; k  inputs up to l, what layer l keeps when it is made again, gradients inside the layer
/// </code>
/// with k = <see cref="Decoder.RecomputedLayers"/>. Where all parameters are trained, the gradients of the layers after l are there too. The
/// peak is the largest of these. Tests hold it to what libtorch allocates.
/// </summary>
/// <param name="decoder">With its adapter.</param>
/// <param name="dropout">Of the adapter's inputs.</param>
public sealed class PassMemory(Decoder decoder, double dropout)
{
    /// <summary>Of logits, at most (linear_log_prob).</summary>
    private const long RowsOfTile = 1536, ColumnsOfTile = 1024;

    private bool TrainsAll => decoder.Options.TrainAll;

    private bool HeadTrained => TrainsAll || decoder.Adapter?.SavedWeight(decoder.Head.Weight.Name) is not null;

    /// <summary>The largest sum of the pass's tensors, without the parameters; with their gradients where all are trained.</summary>
    /// <param name="tokens">N.</param>
    /// <param name="recomputed">Layers, from the first on, that are computed again.</param>
    /// <param name="accumulated">Whether a pass before has left its gradients.</param>
    public long PeakBytes(long tokens, int recomputed, bool accumulated = false)
    {
        PassSize pass = new(tokens, decoder.Options.ComputeDtype, decoder.Adapter, dropout);
        long hidden = decoder.Config.HiddenSize, layers = decoder.Layers.Count;
        bool embedding = decoder.TrainsEmbedding(decoder.Adapter);
        int first = embedding ? 0 : decoder.FirstTrainedLayer(decoder.Adapter);
        long[] kept = [.. decoder.Layers.Select((layer, l) => l < first ? 0 : layer.KeptBytes(pass))];
        // Rotary tables, token numbers, the labels' rows and ids.
        long throughout = RotaryBytes(pass) + 4 * tokens * sizeof(long);
        throughout += accumulated ? GradientBytes(decoder.Parameters) : 0;
        long inputs = pass.Activations(hidden), graphs = kept.Skip(recomputed).Sum();
        long peak = throughout + (layers - first + 1) * inputs + graphs + HeadBytes(pass);
        long gradients = accumulated ? 0 : GradientBytes(decoder.Head.Weights.Select(w => w.Parameter));
        for (int l = (int)layers - 1; l >= first; l--)
        {
            long own = kept[l], inside = InsideLayerBytes(l, pass);
            peak = Math.Max(peak, throughout + (l - first + 2) * inputs + (l < recomputed ? own : graphs) + gradients + inside);
            graphs -= l < recomputed ? 0 : own;
            gradients += accumulated ? 0 : GradientBytes(decoder.Layers[l].Weights.Select(w => w.Parameter));
        }
        return Math.Max(peak, throughout + inputs + gradients + (embedding ? EmbeddingGradientBytes(pass) : 0));
    }

    /// <summary>
    /// Hidden states, the labels' rows, dh before and after it is scaled; where the head is trained its cast, its gradient in the compute
    /// dtype and in the parameter's, and the logits of a tile with their gradient.
    /// </summary>
    private long HeadBytes(PassSize pass)
    {
        long hidden = decoder.Config.HiddenSize, wide = pass.Tokens * hidden * pass.WideSize;
        bool narrow = pass.WideSize > pass.ElementSize;
        long rows = Math.Min(pass.Tokens, RowsOfTile), columns = Math.Min(decoder.Head.Outputs, ColumnsOfTile);
        long before = pass.Activations(2 * hidden) + LinearLogProbKernel.KeptBytes(pass.Tokens, hidden, pass.Dtype)
            + decoder.Head.Weight.CastBytes(pass);
        long forward = rows * (hidden * pass.WideSize + columns * pass.ElementSize);
        long backward = wide + (narrow ? pass.Activations(hidden) : 0);
        if (!HeadTrained)
            return before + Math.Max(forward, backward);
        long weight = decoder.Head.Outputs * hidden, casts = narrow ? 2 * pass.ElementSize : 0;
        long tile = rows * columns * (3 * pass.WideSize + 1 + casts) + columns * hidden * (pass.WideSize + pass.ElementSize);
        return before + Math.Max(forward, backward + weight * pass.ElementSize + Math.Max(tile, narrow ? weight * pass.WideSize : 0));
    }

    /// <summary>
    /// The gradients of a layer's output, of gate, up and their product, and of the MLP's input; with dropout also that of an adapter's
    /// input; where weights are trained that of the largest of them, in the compute dtype and in the parameter's.
    /// </summary>
    private long InsideLayerBytes(int layer, PassSize pass)
    {
        long width = decoder.Config.IntermediateSize, dropped = pass.Dropout > 0 ? 2 * width * pass.Tokens * pass.WideSize : 0;
        long largest = TrainsAll ? decoder.Layers[layer].Linears.Max(l => l.Inputs * l.Outputs) : 0;
        return pass.Activations(2 * width + 2L * decoder.Config.HiddenSize) + dropped
            + largest * (pass.WideSize + (pass.WideSize > pass.ElementSize ? pass.ElementSize : 0));
    }

    /// <summary>The gradient of the embedding's rows, and of its matrix before it is added to what is there.</summary>
    private long EmbeddingGradientBytes(PassSize pass) =>
        (pass.Tokens + (long)decoder.Config.VocabularySize) * decoder.Config.HiddenSize * pass.WideSize;

    private long RotaryBytes(PassSize pass) => pass.Tokens * pass.WideSize * decoder.Config.Ropes.Sum(r => (long)r.RotaryDim);

    private long GradientBytes(IEnumerable<Parameter> parameters) =>
        TrainsAll ? parameters.Distinct().Sum(p => p.Value.numel() * p.Value.ElementSize) : 0;
}
