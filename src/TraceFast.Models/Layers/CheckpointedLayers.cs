using TraceFast.Kernels.Libtorch;

namespace TraceFast.Models;

/// <summary>The layers' inputs of a checkpointed pass, and the recomputation that the backward pass makes from them.</summary>
internal sealed class CheckpointedLayers : IDisposable
{
    private readonly Decoder decoder;
    private readonly torch.Tensor tokenIds;
    private readonly ForwardContext context;

    /// <summary>inputs[l] [N, hidden] enters layer l; the last one leaves the last layer and collects its gradient.</summary>
    private readonly List<torch.Tensor> inputs = [];

    /// <summary>State of the dropout generator before each layer; empty without dropout.</summary>
    private readonly List<torch.Tensor> randomStates = [];

    public CheckpointedLayers(Decoder decoder, torch.Tensor tokenIds, TreeLayout layout)
    {
        this.decoder = decoder;
        using var _ = torch.no_grad();
        using DisposeScope scope = torch.NewDisposeScope();
        context = decoder.Prepare(tokenIds, layout);
        inputs.Add(decoder.Embed(tokenIds, context));
        foreach (DecoderLayer layer in decoder.Layers)
        {
            if (context.Dropout > 0)
                randomStates.Add(Generator.get_state());
            inputs.Add(layer.Forward(inputs[^1], context));
        }

        this.tokenIds = tokenIds.alias();
        foreach (torch.Tensor kept in Kept)
            kept.DetachFromDisposeScope();
        inputs[^1].requires_grad_(true);
    }

    private IEnumerable<torch.Tensor> Kept =>
        [tokenIds, .. inputs, .. randomStates, .. context.Rotary.SelectMany(r => new[] { r.Cos, r.Sin })];

    private torch.Generator Generator => context.Adapter!.DropoutGenerator;

    private bool EmbeddingTrained => decoder.TrainsEmbedding(context);

    /// <summary>The final norm of the last layer's output, on the graph.</summary>
    public torch.Tensor Hidden() => decoder.FinalNorm(inputs[^1], context);

    public void Backward()
    {
        torch.Tensor? gradient = inputs[^1].grad?.alias().DetachFromDisposeScope()
            ?? throw new InvalidOperationException("no gradient has reached the hidden states; call backward on a loss made from them first");
        using torch.Tensor? after = randomStates.Count > 0 ? Generator.get_state() : null;
        int first = EmbeddingTrained ? 0 : decoder.FirstTrainedLayer(context);
        for (int l = decoder.Layers.Count - 1; l >= first && gradient is not null; l--)
            gradient = BackwardOf(l, gradient, needsInput: l > first || EmbeddingTrained);
        if (gradient is not null && EmbeddingTrained)
        {
            using torch.Tensor embedded = decoder.Embed(tokenIds, context);
            Autograd.Backward(embedded, gradient);
        }

        gradient?.Dispose();
        if (after is not null)
            Generator.set_state(after);
    }

    public void Dispose()
    {
        foreach (torch.Tensor kept in Kept)
            kept.Dispose();
    }

    /// <summary>Computes layer l again and carries the gradient of its output to its parameters and, where wanted, its input.</summary>
    private torch.Tensor? BackwardOf(int l, torch.Tensor gradient, bool needsInput)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor input = inputs[l].detach().requires_grad_(needsInput);
        if (randomStates.Count > 0)
            Generator.set_state(randomStates[l]);
        torch.Tensor output = decoder.Layers[l].Forward(input, context);
        Autograd.Backward(output, gradient);
        gradient.Dispose();
        return input.grad?.DetachFromDisposeScope();
    }
}
