using TraceFast.Inference.Export.Graph;
using TraceFast.Models;

namespace TraceFast.Inference.Export.Quantization;

/// <summary>
/// Rounds the matrices of a graph layer by layer, each by what enters it after the layers before it were rounded, and computes as the
/// trainer does with the rounded weights: what the exported graph is compared with.
/// </summary>
internal sealed class RoundedModel : IDisposable
{
    private readonly ExportContext _context;
    private readonly LayerwisePass _pass;
    private readonly int _calibrating;
    private readonly bool _merged;
    private torch.Tensor? _head;

    private RoundedModel(ExportContext context, LayerwisePass pass, int calibrating, bool merged)
    {
        _context = context;
        _pass = pass;
        _calibrating = calibrating;
        _merged = merged;
    }

    /// <summary>Rounds every matrix of <see cref="ExportContext.Rounded"/>.</summary>
    /// <param name="context">The graph, built and not yet written.</param>
    /// <param name="trainer">The model in float32, with the adapter attached that the graph has.</param>
    /// <param name="calibration">Token ids whose hidden states compensate errors; none: to the nearest values.</param>
    /// <param name="followed">Token ids for <see cref="Logits"/>.</param>
    public static RoundedModel Round(
        ExportContext context, Decoder trainer, IReadOnlyList<int[]> calibration, IReadOnlyList<int[]> followed)
    {
        LayerwisePass pass = LayerwisePass.Begin(trainer, [.. calibration, .. followed]);
        RoundedModel model = new(context, pass, calibration.Count, context.Options.Adapter == AdapterUse.Merge);
        try
        {
            foreach (IGrouping<int, RoundedMatrix> layer in context.Rounded.GroupBy(m => context.LayerOf(m.Projection)))
                model.RoundLayer(layer.Key, [.. layer]);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Logits of all positions of a followed sequence under the rounded weights: [tokens, vocabulary]; the caller's.</summary>
    public torch.Tensor Logits(int sequence)
    {
        using torch.Tensor hidden = _pass.Hidden(_calibrating + sequence);
        return _pass.Logits(hidden, _head, _merged);
    }

    public void Dispose()
    {
        _head?.Dispose();
        _pass.Dispose();
    }

    private void RoundLayer(int layer, RoundedMatrix[] matrices)
    {
        using IDisposable _ = torch.no_grad();
        using DisposeScope scope = torch.NewDisposeScope();
        bool isHead = layer == _context.Config.Layers.Count;
        IReadOnlyDictionary<string, torch.Tensor> grams = Grams(isHead);
        Dictionary<string, torch.Tensor> rounded = new(StringComparer.Ordinal);
        Equalization.Choose(_context, matrices, grams);
        foreach (RoundedMatrix matrix in matrices)
        {
            torch.Tensor? gram = grams.GetValueOrDefault(matrix.Projection.Rows[0].Module);
            BlockQuantizer.Result result = matrix.Round(gram is null ? null : Seen(gram, matrix.Projection), matrix.Bits);
            matrix.Set(result);
            RestoredWeights.Put(rounded, _context, matrix, result, matrix.Bits);
        }

        if (isHead)
            _head = rounded.Values.Single().DetachFromDisposeScope();
        else
            _pass.Advance(rounded, _merged);
        foreach (torch.Tensor gram in grams.Values)
            gram.Dispose();
    }

    private IReadOnlyDictionary<string, torch.Tensor> Grams(bool isHead)
    {
        if (_calibrating == 0)
            return new Dictionary<string, torch.Tensor>();
        if (!isHead)
            return _pass.Observe(_calibrating);
        torch.Tensor? sum = null;
        for (int i = 0; i < _calibrating; i++)
        {
            torch.Tensor hidden = _pass.Hidden(i);
            torch.Tensor gram = torch.matmul(hidden.t(), hidden);
            sum = sum is null ? gram : sum + gram;
            hidden.Dispose();
        }

        return new Dictionary<string, torch.Tensor> { ["lm_head"] = sum! };
    }

    /// <summary>The Gram matrix of what enters in the graph: equalized, zeros where heads are padded.</summary>
    private torch.Tensor Seen(torch.Tensor gram, Projection projection)
    {
        if (projection.InputNorm != null && _context.InputScales.TryGetValue(projection.InputNorm, out torch.Tensor? scales))
            gram = gram / scales / scales.unsqueeze(1);
        long[]? map = projection.InputMap;
        return map == null ? gram : ChannelMap.Apply(ChannelMap.Apply(gram, map).t(), map).t().contiguous();
    }
}
