namespace TraceFast.Kernels.AdamW;

/// <summary>What an optimizer keeps for one parameter. Owns the master and the moments, not the parameter.</summary>
public abstract class ParameterState : IDisposable
{
    private protected ParameterState(torch.Tensor parameter)
    {
        Parameter = parameter;
        if (!Precision.Is16Bit(parameter.dtype))
            return;
        using IDisposable noGradient = torch.no_grad();
        Master = parameter.detach().to(Precision.Accumulation(parameter.dtype)).DetachFromDisposeScope();
    }

    public torch.Tensor Parameter { get; }

    /// <summary>The float32 value that a 16-bit parameter is rounded from; null where the parameter is its own master.</summary>
    public torch.Tensor? Master { get; }

    /// <summary>Steps taken so far, t.</summary>
    public long Steps { get; set; }

    /// <summary>The tensors that hold the moments, under the names of the checkpoints of the library that defines them.</summary>
    public abstract IReadOnlyList<(string Name, torch.Tensor Tensor)> Moments { get; }

    public void Dispose()
    {
        foreach ((_, torch.Tensor tensor) in Moments)
            tensor.Dispose();
        Master?.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static torch.Tensor Zeros(torch.Tensor parameter, torch.ScalarType dtype, params long[] shape)
    {
        using IDisposable noGradient = torch.no_grad();
        return torch.zeros(shape, dtype, parameter.device).DetachFromDisposeScope();
    }
}
