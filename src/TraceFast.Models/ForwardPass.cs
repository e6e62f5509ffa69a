using TraceFast.Kernels.Libtorch;
using TraceFast.Kernels.Profiling;
using TraceFast.Kernels.TreeAttention;
using TraceFast.Models.Layers;

namespace TraceFast.Models;

/// <summary>
/// One forward pass whose gradient is wanted, cut at the layers' inputs: each layer is a graph of its own, and <see cref="Backward"/>
/// goes through them from the last to the first, so that a caller knows when a layer's gradients are complete. Of the first
/// <see cref="Decoder.RecomputedLayers"/> only the input is kept, and the graph is made again, with the same dropout (activation
/// checkpointing, arXiv 1604.06174). They are the first ones, since by their turn the graphs of all others are gone. Either way the
/// operations and their order are those of one graph over all layers, and so are the bits.
/// </summary>
public sealed class ForwardPass : IDisposable
{
    private readonly Decoder _decoder;
    private readonly torch.Tensor _tokenIds;
    private readonly ForwardContext _context;

    /// <summary>The lowest layer whose gradients are wanted.</summary>
    private readonly int _first;

    /// <summary>inputs[l] [N, hidden] enters layer l; the last one leaves the last layer and collects its gradient. Null: not needed.</summary>
    private readonly torch.Tensor?[] _inputs;

    /// <summary>outputs[l] [N, hidden], which holds layer l's graph; null where it is made again, or not needed.</summary>
    private readonly torch.Tensor?[] _outputs;

    /// <summary>State of the dropout generator before each layer that is computed again; null without dropout.</summary>
    private readonly torch.Tensor?[] _randomStates;

    internal ForwardPass(Decoder decoder, torch.Tensor tokenIds, TreeLayout layout)
    {
        _decoder = decoder;
        int layers = decoder.Layers.Count;
        (_inputs, _outputs, _randomStates) = (new torch.Tensor?[layers + 1], new torch.Tensor?[layers], new torch.Tensor?[layers]);
        using DisposeScope scope = torch.NewDisposeScope();
        using (torch.no_grad())
            _context = decoder.Prepare(tokenIds, layout);
        _first = EmbeddingTrained ? 0 : decoder.FirstTrainedLayer(_context.Adapter);
        torch.Tensor x;
        using (torch.no_grad())
            x = decoder.Embed(tokenIds, _context);
        for (int l = 0; l < layers; l++)
            x = ForwardOf(l, x);
        _inputs[layers] = x.requires_grad_(true);
        Hidden = decoder.FinalNorm(x, _context);
        _tokenIds = tokenIds.alias();
        foreach (torch.Tensor kept in Stored)
            kept.DetachFromDisposeScope();
    }

    /// <summary>[N, hidden] after the final norm, on the autograd graph.</summary>
    public torch.Tensor Hidden { get; }

    private bool EmbeddingTrained => _decoder.TrainsEmbedding(_context.Adapter);

    private torch.Generator Generator => _context.Adapter!.DropoutGenerator;

    private IEnumerable<torch.Tensor> Stored =>
        [
            Hidden, _tokenIds, .. _context.Rotary.SelectMany(r => new[] { r.Cos, r.Sin }),
            .. ((torch.Tensor?[])[.. _inputs, .. _outputs, .. _randomStates]).OfType<torch.Tensor>(),
        ];

    /// <summary>
    /// Carries the gradient from the last layer's output to the parameters. Call it once, after backward on a loss made from
    /// <see cref="Hidden"/>.
    /// </summary>
    /// <param name="layerDone">Is told a layer's number when the gradients of its parameters, and of all after it, are complete, but for
    /// a head that is the embedding too; also of layers that have none. Null: nobody is.</param>
    /// <exception cref="InvalidOperationException">No gradient has reached the hidden states.</exception>
    public void Backward(Action<int>? layerDone = null)
    {
        torch.Tensor? gradient = _inputs[^1]!.grad?.alias().DetachFromDisposeScope()
            ?? throw new InvalidOperationException(
                "no gradient has reached the hidden states; call backward on a loss made from them first");
        using torch.Tensor? after = Array.Exists(_randomStates, s => s is not null) ? Generator.get_state() : null;
        try
        {
            for (int l = _outputs.Length - 1; l >= 0; l--)
            {
                if (l >= _first && gradient is not null)
                    gradient = BackwardOf(l, gradient, needsInput: l > _first || EmbeddingTrained);
                layerDone?.Invoke(l);
            }
            if (gradient is not null && EmbeddingTrained)
            {
                using torch.Tensor embedded = _decoder.Embed(_tokenIds, _context);
                Autograd.Backward(embedded, gradient);
            }
        }
        finally
        {
            gradient?.Dispose();
            if (after is not null)
                Generator.set_state(after);
        }
    }

    public void Dispose()
    {
        foreach (torch.Tensor kept in Stored)
            kept.Dispose();
    }

    /// <summary>Layer l of x [N, hidden]; the result is cut off the graph.</summary>
    private torch.Tensor ForwardOf(int l, torch.Tensor x)
    {
        DecoderLayer layer = _decoder.Layers[l];
        if (l < _first)
        {
            using IDisposable noGradient = torch.no_grad();
            return layer.Forward(x, _context);
        }

        _inputs[l] = x;
        if (l < _decoder.RecomputedLayers)
        {
            if (_context.Dropout > 0)
                _randomStates[l] = Generator.get_state();
            using IDisposable noGradient = torch.no_grad();
            return layer.Forward(x, _context);
        }

        x.requires_grad_(l > _first || EmbeddingTrained);
        _outputs[l] = layer.Forward(x, _context);
        return _outputs[l]!.detach();
    }

    /// <summary>Carries the gradient of layer l's output to its parameters and, where wanted, its input; the layer's graph is gone then.</summary>
    private torch.Tensor? BackwardOf(int l, torch.Tensor gradient, bool needsInput)
    {
        if (_outputs[l] is torch.Tensor kept)
        {
            Autograd.Backward(kept, gradient);
            gradient.Dispose();
            LetGo(ref _outputs[l]);
        }
        else
        {
            using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Structure, "layer again", l);
            _inputs[l]!.requires_grad_(needsInput);
            if (_randomStates[l] is not null)
                Generator.set_state(_randomStates[l]!);
            using torch.Tensor output = _decoder.Layers[l].Forward(_inputs[l]!, _context);
            Autograd.Backward(output, gradient);
            gradient.Dispose();
        }

        torch.Tensor? result = needsInput ? _inputs[l]!.grad?.DetachFromDisposeScope() : null;
        LetGo(ref _inputs[l]);
        return result;
    }

    private static void LetGo(ref torch.Tensor? tensor)
    {
        tensor?.Dispose();
        tensor = null;
    }
}
