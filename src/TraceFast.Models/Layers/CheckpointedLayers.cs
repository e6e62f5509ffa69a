using TraceFast.Kernels.Libtorch;
using TraceFast.Kernels.Profiling;
using TraceFast.Kernels.TreeAttention;

namespace TraceFast.Models.Layers;

/// <summary>The layers' inputs of a checkpointed pass, and the recomputation that the backward pass makes from them.</summary>
internal sealed class CheckpointedLayers : IDisposable
{
    private readonly Decoder _decoder;
    private readonly torch.Tensor _tokenIds;
    private readonly ForwardContext _context;

    /// <summary>inputs[l] [N, hidden] enters layer l; the last one leaves the last layer and collects its gradient.</summary>
    private readonly List<torch.Tensor> _inputs = [];

    /// <summary>State of the dropout generator before each layer; empty without dropout.</summary>
    private readonly List<torch.Tensor> _randomStates = [];

    public CheckpointedLayers(Decoder decoder, torch.Tensor tokenIds, TreeLayout layout)
    {
        _decoder = decoder;
        using IDisposable _ = torch.no_grad();
        using DisposeScope scope = torch.NewDisposeScope();
        _context = decoder.Prepare(tokenIds, layout);
        _inputs.Add(decoder.Embed(tokenIds, _context));
        foreach (DecoderLayer layer in decoder.Layers)
        {
            if (_context.Dropout > 0)
                _randomStates.Add(Generator.get_state());
            _inputs.Add(layer.Forward(_inputs[^1], _context));
        }

        _tokenIds = tokenIds.alias();
        foreach (torch.Tensor kept in Stored)
            kept.DetachFromDisposeScope();
        _inputs[^1].requires_grad_(true);
    }

    private IEnumerable<torch.Tensor> Stored =>
        [_tokenIds, .. _inputs, .. _randomStates, .. _context.Rotary.SelectMany(r => new[] { r.Cos, r.Sin })];

    private torch.Generator Generator => _context.Adapter!.DropoutGenerator;

    private bool EmbeddingTrained => _decoder.TrainsEmbedding(_context);

    /// <summary>The final norm of the last layer's output, on the graph.</summary>
    public torch.Tensor Hidden() => _decoder.FinalNorm(_inputs[^1], _context);

    public void Backward()
    {
        torch.Tensor? gradient = _inputs[^1].grad?.alias().DetachFromDisposeScope()
            ?? throw new InvalidOperationException(
                "no gradient has reached the hidden states; call backward on a loss made from them first");
        using torch.Tensor? after = _randomStates.Count > 0 ? Generator.get_state() : null;
        int first = EmbeddingTrained ? 0 : _decoder.FirstTrainedLayer(_context);
        for (int l = _decoder.Layers.Count - 1; l >= first && gradient is not null; l--)
            gradient = BackwardOf(l, gradient, needsInput: l > first || EmbeddingTrained);
        if (gradient is not null && EmbeddingTrained)
        {
            using torch.Tensor embedded = _decoder.Embed(_tokenIds, _context);
            Autograd.Backward(embedded, gradient);
        }

        gradient?.Dispose();
        if (after is not null)
            Generator.set_state(after);
    }

    public void Dispose()
    {
        foreach (torch.Tensor kept in Stored)
            kept.Dispose();
    }

    /// <summary>Computes layer l again and carries the gradient of its output to its parameters and, where wanted, its input.</summary>
    private torch.Tensor? BackwardOf(int l, torch.Tensor gradient, bool needsInput)
    {
        using ProfilerScope profiled = Profiler.Open(ProfilerCategory.Structure, "layer again", l);
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor input = _inputs[l].detach().requires_grad_(needsInput);
        if (_randomStates.Count > 0)
            Generator.set_state(_randomStates[l]);
        torch.Tensor output = _decoder.Layers[l].Forward(input, _context);
        Autograd.Backward(output, gradient);
        gradient.Dispose();
        return input.grad?.DetachFromDisposeScope();
    }
}
