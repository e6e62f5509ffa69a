namespace TraceFast.Kernels.AdamW;

/// <summary>AdamW's moments of one parameter in float32 (float64 for a float64 parameter).</summary>
public sealed class AdamWState : ParameterState
{
    /// <param name="parameter">A floating-point leaf; stepped in place.</param>
    /// <exception cref="KernelArgumentException">The parameter is not floating point.</exception>
    public AdamWState(torch.Tensor parameter)
        : base(Checked(parameter))
    {
        torch.ScalarType dtype = Precision.Accumulation(parameter.dtype);
        FirstMoment = Zeros(parameter, dtype, parameter.shape);
        SecondMoment = Zeros(parameter, dtype, parameter.shape);
    }

    /// <summary>m, exp_avg in PyTorch's checkpoints.</summary>
    public torch.Tensor FirstMoment { get; }

    /// <summary>v, exp_avg_sq in PyTorch's checkpoints.</summary>
    public torch.Tensor SecondMoment { get; }

    public override IReadOnlyList<(string Name, torch.Tensor Tensor)> Moments =>
        [("exp_avg", FirstMoment), ("exp_avg_sq", SecondMoment)];

    private static torch.Tensor Checked(torch.Tensor parameter)
    {
        new Expect("adamw").Floating(parameter, nameof(parameter), parameter.shape);
        return parameter;
    }
}
