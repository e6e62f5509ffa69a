using TraceFast.Inference.Export.Graph;
using TraceFast.Models;

namespace TraceFast.Inference.Export.Quantization;

/// <summary>
/// Which layers keep 8 bits in an int4 export: those whose rounding to 4 bits, alone, changes the model's predictions most for the bytes
/// that 8 bits take more. The change is KL(model || model with this layer rounded) over a text, mean per token.
/// </summary>
internal static class MixedPrecision
{
    /// <returns>Layers; the number of layers means the head.</returns>
    public static IReadOnlySet<int> Choose(ExportContext plain, Decoder trainer, int[] text, Action<string> log)
    {
        ILookup<int, RoundedMatrix> byLayer = plain.Rounded.ToLookup(m => plain.LayerOf(m.Projection));
        double[] harm = Harm(plain, byLayer, trainer, text);
        long left = (long)(plain.Options.ExtraSize * plain.Graph.Weights.Sum(w => w.ByteCount));
        HashSet<int> chosen = [];
        foreach (int layer in Enumerable.Range(0, harm.Length).OrderByDescending(i => harm[i] / Extra(byLayer[i])))
        {
            long extra = Extra(byLayer[layer]);
            if (extra > left)
                continue;
            left -= extra;
            chosen.Add(layer);
        }

        string[] names = [.. chosen.Order().Select(i => i == plain.Config.Layers.Count ? "the head" : $"layer {i}")];
        log($"8 bits for {(names.Length == 0 ? "nothing: no layer fits the size allowed" : string.Join(", ", names))}");
        return chosen;
    }

    private static long Extra(IEnumerable<RoundedMatrix> matrices) =>
        matrices.Sum(
            m => m.Projection.Outputs * BlockQuantizer.Blocks(m.Projection.Width)
                * (BlockQuantizer.BlockBytes(8) - BlockQuantizer.BlockBytes(m.Bits)));

    private static double[] Harm(ExportContext plain, ILookup<int, RoundedMatrix> byLayer, Decoder trainer, int[] text)
    {
        using IDisposable _ = torch.no_grad();
        using DisposeScope scope = torch.NewDisposeScope();
        bool merged = plain.Options.Adapter == AdapterUse.Merge;
        int layers = plain.Config.Layers.Count;
        double[] harm = new double[layers + 1];
        using LayerwisePass whole = LayerwisePass.Begin(trainer, [text]);
        using LayerwisePass reference = whole.Fork();
        reference.Finish();
        torch.Tensor hidden = reference.Hidden(0);
        using torch.Tensor unrounded = reference.Logits(hidden, null, merged);
        torch.Tensor expected = unrounded.log_softmax(-1);
        for (int layer = 0; layer <= layers; layer++)
        {
            using DisposeScope inner = torch.NewDisposeScope();
            Dictionary<string, torch.Tensor> rounded = new(StringComparer.Ordinal);
            foreach (RoundedMatrix matrix in byLayer[layer])
                RestoredWeights.Put(rounded, plain, matrix, matrix.Round(null, matrix.Bits), matrix.Bits);
            torch.Tensor logits;
            if (layer == layers)
            {
                logits = reference.Logits(hidden, rounded.Values.Single(), merged);
            }
            else
            {
                using LayerwisePass fork = whole.Fork();
                fork.Advance(rounded, merged);
                fork.Finish();
                using torch.Tensor changed = fork.Hidden(0);
                logits = fork.Logits(changed, null, merged);
                whole.Advance(new Dictionary<string, torch.Tensor>(), merged: false);
            }

            harm[layer] = (expected.exp() * (expected - logits.log_softmax(-1))).sum(-1).mean().item<float>();
            logits.Dispose();
        }

        hidden.Dispose();
        return harm;
    }
}
