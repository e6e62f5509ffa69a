using TraceFast.Kernels.TreeAttention;
using TraceFast.Models.Layers;

namespace TraceFast.Models;

/// <summary>
/// One forward pass whose gradient is wanted. Plain: hidden states on the autograd graph. Checkpointed (arXiv 1604.06174): only each
/// layer's input is kept, and <see cref="Backward"/> computes the layers again, last to first, with the same dropout.
/// </summary>
public sealed class ForwardPass : IDisposable
{
    private readonly Action? _backward;
    private readonly Action? _dispose;

    private ForwardPass(torch.Tensor hidden, Action? backward = null, Action? dispose = null)
    {
        Hidden = hidden.DetachFromDisposeScope();
        _backward = backward;
        _dispose = dispose;
    }

    /// <summary>[N, hidden] after the final norm, on the autograd graph.</summary>
    public torch.Tensor Hidden { get; }

    /// <summary>
    /// Carries the gradient from the last layer's output to the parameters. Call it once, after backward on a loss made from
    /// <see cref="Hidden"/>; without checkpointing autograd has already done it.
    /// </summary>
    public void Backward() => _backward?.Invoke();

    public void Dispose()
    {
        Hidden.Dispose();
        _dispose?.Invoke();
    }

    internal static ForwardPass Plain(torch.Tensor hidden) => new(hidden);

    internal static ForwardPass Checkpointed(Decoder decoder, torch.Tensor tokenIds, TreeLayout layout)
    {
        CheckpointedLayers layers = new(decoder, tokenIds, layout);
        return new ForwardPass(layers.Hidden(), layers.Backward, layers.Dispose);
    }
}
