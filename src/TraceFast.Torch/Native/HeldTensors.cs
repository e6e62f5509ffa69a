namespace TraceFast.Torch.Native;

/// <summary>The pointers of some tensors, which stay alive until this is disposed. A null tensor is a null pointer.</summary>
internal sealed class HeldTensors : IDisposable
{
    private readonly IList<torch.Tensor> _tensors;
    private int _held;

    internal HeldTensors(IList<torch.Tensor> tensors)
    {
        _tensors = tensors;
        Pointers = new nint[tensors.Count];
        try
        {
            for (; _held < Pointers.Length; _held++)
                Pointers[_held] = tensors[_held] is { } tensor ? tensor.SafeHandle.Acquire() : 0;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal nint[] Pointers { get; }

    public void Dispose()
    {
        while (_held > 0)
            _tensors[--_held]?.SafeHandle.DangerousRelease();
    }
}
