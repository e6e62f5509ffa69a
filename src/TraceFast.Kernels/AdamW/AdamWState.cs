namespace TraceFast.Kernels.AdamW;

/// <summary>What AdamW keeps for one parameter. Owns the moments and the master, not the parameter.</summary>
public sealed class AdamWState : IDisposable
{
    /// <param name="parameter">A floating-point leaf; stepped in place.</param>
    /// <exception cref="KernelArgumentException">The parameter is not floating point.</exception>
    public AdamWState(torch.Tensor parameter)
    {
        new Expect("adamw").Floating(parameter, nameof(parameter), parameter.shape);
        Parameter = parameter;
        torch.ScalarType dtype = Precision.Accumulation(parameter.dtype);
        using (torch.no_grad())
        {
            FirstMoment = torch.zeros(parameter.shape, dtype, parameter.device).DetachFromDisposeScope();
            SecondMoment = torch.zeros(parameter.shape, dtype, parameter.device).DetachFromDisposeScope();
            if (Precision.Is16Bit(parameter.dtype))
                Master = parameter.detach().to(dtype).DetachFromDisposeScope();
        }
    }

    public torch.Tensor Parameter { get; }

    /// <summary>The float32 value that a 16-bit parameter is rounded from; null where the parameter is its own master.</summary>
    public torch.Tensor? Master { get; }

    /// <summary>m, exp_avg in PyTorch's checkpoints.</summary>
    public torch.Tensor FirstMoment { get; }

    /// <summary>v, exp_avg_sq in PyTorch's checkpoints.</summary>
    public torch.Tensor SecondMoment { get; }

    /// <summary>Steps taken so far, t.</summary>
    public long Steps { get; set; }

    public void Dispose()
    {
        FirstMoment.Dispose();
        SecondMoment.Dispose();
        Master?.Dispose();
    }
}
