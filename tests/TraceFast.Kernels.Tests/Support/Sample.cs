namespace TraceFast.Kernels.Tests.Support;

/// <summary>Seeded inputs, made in double on the host and handed to libtorch in any dtype.</summary>
internal static class Sample
{
    /// <summary>Normally distributed numbers with the given spread; the same seed gives the same numbers.</summary>
    public static double[] Normal(int seed, long count, double spread = 1)
    {
        Random random = new(seed);
        double[] values = new double[count];
        for (int i = 0; i < values.Length; i++)
            values[i] = spread * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return values;
    }

    public static long[] Integers(int seed, long count, long below)
    {
        Random random = new(seed);
        long[] values = new long[count];
        for (int i = 0; i < values.Length; i++)
            values[i] = random.NextInt64(below);
        return values;
    }

    public static torch.Tensor Tensor(
        double[] values, long[] shape, torch.ScalarType dtype = torch.ScalarType.Float64, bool gradient = false) =>
        torch.tensor(values, shape, torch.ScalarType.Float64).to(dtype).requires_grad_(gradient);

    /// <summary>The values that a tensor holds after rounding to its dtype.</summary>
    public static double[] Doubles(torch.Tensor tensor)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor values = tensor.detach().to(torch.ScalarType.Float64).contiguous();
        return values.numel() == 0 ? [] : values.data<double>().ToArray(); // TorchSharp's ToArray throws for an empty matrix
    }
}
