namespace TraceFast.Training.Distributed;

/// <summary>
/// The gradients of all parameters as one run of numbers, and after them one number for each parameter, its flag: 1 where it has a
/// gradient, 0 where it has none. Entry i of the run is parameter i, the last entry all flags.
/// </summary>
internal sealed class GradientRun
{
    private readonly long[] _offsets;

    /// <param name="parameters">In the order of the run.</param>
    public GradientRun(IReadOnlyList<torch.Tensor> parameters)
    {
        Parameters = parameters;
        _offsets = new long[parameters.Count + 2];
        for (int i = 0; i <= parameters.Count; i++)
            _offsets[i + 1] = _offsets[i] + (i < parameters.Count ? parameters[i].numel() : parameters.Count);
        Dtype = parameters.Any(p => p.dtype == torch.ScalarType.Float64) ? torch.ScalarType.Float64 : torch.ScalarType.Float32;
    }

    public IReadOnlyList<torch.Tensor> Parameters { get; }

    /// <summary>Of the sums: float32, or float64 where a parameter is.</summary>
    public torch.ScalarType Dtype { get; }

    /// <summary>Numbers in the run.</summary>
    public long Length => _offsets[^1];

    /// <summary>The entry of the flags, one for each parameter.</summary>
    public int FlagsEntry => Parameters.Count;

    /// <summary>The place of an entry's first number.</summary>
    public long StartOf(int entry) => _offsets[entry];

    /// <summary>The place behind an entry's last number.</summary>
    public long EndOf(int entry) => _offsets[entry + 1];

    /// <summary>The numbers of an entry in a whole run [Length].</summary>
    public torch.Tensor Of(int entry, torch.Tensor run) => run.narrow(0, StartOf(entry), EndOf(entry) - StartOf(entry));

    /// <summary>The gradient of each parameter as <see cref="Dtype"/>, which it then no longer has.</summary>
    public torch.Tensor?[] Take()
    {
        using IDisposable noGradient = torch.no_grad();
        return [.. Parameters.Select(TakeOf)];

        torch.Tensor? TakeOf(torch.Tensor parameter)
        {
            torch.Tensor? gradient = parameter.grad;
            parameter.grad = null;
            if (gradient is null || (gradient.dtype == Dtype && gradient.is_contiguous()))
                return gradient;
            using torch.Tensor other = gradient;
            return other.to(Dtype).contiguous();
        }
    }

    /// <summary>Sets the gradient of each parameter, rounded to its dtype.</summary>
    public void Put(IReadOnlyList<torch.Tensor?> gradients)
    {
        for (int i = 0; i < Parameters.Count; i++)
            Parameters[i].grad = gradients[i]?.to(Parameters[i].dtype);
    }

    /// <summary>The flags of gradients, on the host.</summary>
    public torch.Tensor Flags(IReadOnlyList<torch.Tensor?> gradients) =>
        torch.tensor(gradients.Select(g => g is null ? 0.0 : 1).ToArray(), dtype: Dtype);

    /// <summary>Whether each parameter has a gradient on some rank.</summary>
    /// <param name="flags">Their sum over ranks.</param>
    public static bool[] Present(torch.Tensor flags)
    {
        using torch.Tensor host = flags.to(torch.ScalarType.Float64).cpu();
        return [.. host.data<double>().ToArray().Select(f => f > 0)];
    }

    /// <summary>The entries that have numbers in a part of the run, from the last to the first, with those numbers' places.</summary>
    public IEnumerable<(int Entry, long First, long Count)> Within(long from, long to)
    {
        for (int i = FlagsEntry; i >= 0; i--)
        {
            (long first, long last) = (Math.Max(from, StartOf(i)), Math.Min(to, EndOf(i)));
            if (first < last)
                yield return (i, first, last - first);
        }
    }
}
