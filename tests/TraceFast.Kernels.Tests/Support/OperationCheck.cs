namespace TraceFast.Kernels.Tests.Support;

/// <summary>One input of an operation under test.</summary>
/// <param name="Name">As in the operation's interface.</param>
/// <param name="Values">Row-major.</param>
/// <param name="Shape">Sizes.</param>
/// <param name="Wide">Whether it stays in the accumulation dtype when the others are 16-bit.</param>
internal sealed record Operand(string Name, double[] Values, long[] Shape, bool Wide = false);

/// <summary>
/// What every operation must show on every case: value and gradients of a weighted sum of the outputs equal to plain loops
/// in double, gradients equal to central differences of those loops, and a 16-bit error at most twice the naive one.
/// </summary>
/// <param name="name">The case, for messages.</param>
/// <param name="operands">The differentiable inputs.</param>
/// <param name="operation">The fused operation; one output, or several concatenated by the caller.</param>
/// <param name="formula">The same in plain loops in double, written from the formula; row-major output.</param>
internal sealed class OperationCheck(
    string name, Operand[] operands, Func<torch.Tensor[], torch.Tensor> operation, Func<double[][], double[]> formula)
{
    private const int Probes = 12;

    /// <summary>float64: outputs to 1e-12 of their largest entry, gradients to 1e-6 against central differences.</summary>
    public void Float64()
    {
        (double[] output, double[][] gradients) = Run(operation, torch.ScalarType.Float64);
        double[][] inputs = Array.ConvertAll(operands, o => o.Values);
        Close.Assert(formula(inputs), output, 1e-12, $"{name}: output");
        double[] weights = Weights(output.Length);
        for (int o = 0; o < operands.Length; o++)
        {
            Assert.True(gradients[o].All(double.IsFinite), $"{name}: a gradient of {operands[o].Name} is not finite");
            foreach (int i in Indices(inputs[o].Length))
            {
                double difference = CentralDifference(inputs, o, i, weights);
                double allowed = 1e-6 * Math.Max(1, Close.Largest(gradients[o]));
                Assert.True(Math.Abs(difference - gradients[o][i]) <= allowed, FormattableString.Invariant(
                    $"{name}: d/d{operands[o].Name}[{i}] is {gradients[o][i]:R}, central difference {difference:R}, allowed {allowed:G3}"));
            }
        }
    }

    /// <summary>
    /// Outputs and gradients of the operation equal another's within <paramref name="relative"/> of their largest entry or of 1,
    /// the size of the inputs.
    /// </summary>
    public void SameAs(Func<torch.Tensor[], torch.Tensor> other, torch.ScalarType dtype, double relative)
    {
        (double[] output, double[][] gradients) = Run(operation, dtype);
        (double[] expected, double[][] expectedGradients) = Run(other, dtype);
        Close.Assert(expected, output, relative, $"{name} {dtype}: output", floor: 1);
        for (int o = 0; o < operands.Length; o++)
            Close.Assert(expectedGradients[o], gradients[o], relative, $"{name} {dtype}: gradient of {operands[o].Name}", floor: 1);
    }

    /// <summary>The error against float64 (root mean square, outputs and gradients) at most twice that of the naive composition.</summary>
    public void LowPrecision(Func<torch.Tensor[], torch.Tensor> naive, torch.ScalarType dtype = torch.ScalarType.BFloat16)
    {
        (double[] exact, double[][] exactGradients) = Run(operation, torch.ScalarType.Float64, dtype);
        (double[] output, double[][] gradients) = Run(operation, dtype);
        (double[] naiveOutput, double[][] naiveGradients) = Run(naive, dtype);
        AtMostTwice(exact, output, naiveOutput, "output");
        for (int o = 0; o < operands.Length; o++)
            AtMostTwice(exactGradients[o], gradients[o], naiveGradients[o], $"gradient of {operands[o].Name}");
    }

    /// <summary>The same bits twice.</summary>
    public void Repeats(torch.ScalarType dtype)
    {
        (double[] first, double[][] firstGradients) = Run(operation, dtype);
        (double[] second, double[][] secondGradients) = Run(operation, dtype);
        Assert.Equal(first, second);
        Assert.Equal(firstGradients, secondGradients);
    }

    private void AtMostTwice(double[] exact, double[] found, double[] naive, string what)
    {
        double error = Close.Error(exact, found);
        // Where the naive error happens to be nothing: a quarter of a rounding of the largest entry, and float32's rounding
        // of the terms of order one that cancel in it.
        double allowed = Math.Max(2 * Close.Error(exact, naive), Math.Max(Close.Largest(exact) * Math.Pow(2, -11), 1e-6));
        Assert.True(error <= allowed, FormattableString.Invariant($"{name}: {what} has error {error:G3}, allowed {allowed:G3}"));
    }

    // Inputs are rounded to `rounding` first, so that runs in several dtypes see the same numbers.
    private (double[] Output,
        double[][] Gradients) Run(Func<torch.Tensor[], torch.Tensor> function, torch.ScalarType dtype, torch.ScalarType? rounding = null)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor[] inputs = Array.ConvertAll(operands, o =>
        {
            torch.Tensor values = Sample.Tensor(o.Values, o.Shape);
            if (!o.Wide)
                values = values.to(rounding ?? dtype);
            return values.to(o.Wide ? Accumulation(dtype) : dtype).detach().requires_grad_(true);
        });
        torch.Tensor output = function(inputs);
        double[] weights = Weights(output.numel());
        output.backward([Sample.Tensor(weights, output.shape, output.dtype)]);
        return (Sample.Doubles(output),
            Array.ConvertAll(inputs, i => i.grad is torch.Tensor g ? Sample.Doubles(g) : new double[i.numel()]));
    }

    private double CentralDifference(double[][] inputs, int operand, int index, double[] weights)
    {
        double[][] moved = [.. inputs];
        double step = 1e-5 * Math.Max(1, Math.Abs(inputs[operand][index]));
        double At(double delta)
        {
            moved[operand] = [.. inputs[operand]];
            moved[operand][index] += delta;
            return formula(moved).Zip(weights, (y, w) => y * w).Sum();
        }
        // Fourth order: the rounding of a sum over many outputs leaves no room for a smaller step.
        return ((8 * (At(step) - At(-step))) - (At(2 * step) - At(-2 * step))) / (12 * step);
    }

    private static IEnumerable<int> Indices(int count) =>
        count <= Probes
            ? Enumerable.Range(0, count)
            : new[] { 0, count - 1 }.Concat(Enumerable.Range(1, Probes).Select(p => (int)((long)p * 7919 % count)));

    // Exactly representable in every dtype.
    private static double[] Weights(long count) => [.. Enumerable.Range(0, (int)count).Select(i => (((i * 37) % 17) - 8) / 8.0)];

    private static torch.ScalarType Accumulation(torch.ScalarType dtype) =>
        dtype == torch.ScalarType.Float64 ? dtype : torch.ScalarType.Float32;
}
