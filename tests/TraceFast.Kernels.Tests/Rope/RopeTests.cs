using TraceFast.Kernels.Rope;
using TraceFast.Kernels.Tests.Support;

namespace TraceFast.Kernels.Tests.Rope;

/// <summary>rope against the rotation written out pair by pair.</summary>
public sealed class RopeTests
{
    public static TheoryData<string, int, int, int, int> Cases
    {
        get
        {
            TheoryData<string, int, int, int, int> cases = [];
            foreach (string provider in Providers.Names(k => k.Rope))
                foreach ((int rows, int heads, int headDim, int half) in
                    new[] { (0, 2, 8, 4), (1, 1, 2, 1), (3, 2, 47, 11), (31, 3, 64, 32), (123, 1, 31, 15), (200, 9, 64, 32) })
                    cases.Add(provider, rows, heads, headDim, half);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Equals_the_formula_and_its_differences(string provider, int rows, int heads, int headDim, int half) =>
        Case(provider, rows, heads, headDim, half).Float64();

    [Theory, MemberData(nameof(Cases))]
    public void Is_as_exact_in_bfloat16_as_libtorch(string provider, int rows, int heads, int headDim, int half) =>
        Case(provider, rows, heads, headDim, half).LowPrecision(x => Naive(x[0], rows, half));

    [Theory, MemberData(nameof(Cases))]
    public void Equals_the_reference_in_float32(string provider, int rows, int heads, int headDim, int half) =>
        Case(provider, rows, heads, headDim, half)
            .SameAs(x => Rotate(KernelSet.Reference, x[0], rows, half), torch.ScalarType.Float32, 1e-6);

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Takes_a_strided_view(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor fused = Sample.Tensor(Sample.Normal(1, 7 * 48), [7, 48]); // q of a fused q, k, v product
        torch.Tensor q = fused.narrow(1, 0, 24).view(7, 3, 8);
        torch.Tensor whole = Rotate(Providers.Get(provider), q.contiguous(), 7, 4);
        Assert.Equal(Sample.Doubles(whole), Sample.Doubles(Rotate(Providers.Get(provider), q, 7, 4)));
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Rejects_arguments_that_do_not_fit(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        RopeKernel rope = Providers.Get(provider).Rope;
        torch.Tensor x = torch.zeros([3, 2, 8]);
        torch.Tensor table = torch.zeros([3, 4]);
        Rejection.Names("x", "[6, 8]", "[*, *, *]", () => rope.Forward(x.view(6, 8), table, table));
        Rejection.Names("cos", "[2, 4]", "[3, *]", () => rope.Forward(x, torch.zeros([2, 4]), table));
        Rejection.Names("sin", "[3, 3]", "[3, 4]", () => rope.Forward(x, table, torch.zeros([3, 3])));
        Rejection.Names("cos", "5 angles", "1 to 4", () => rope.Forward(x, torch.zeros([3, 5]), torch.zeros([3, 5])));
        Rejection.Names("cos", "Float64", "Float32", () => rope.Forward(x, table.to(torch.ScalarType.Float64), table));
    }

    private static OperationCheck Case(string provider, int rows, int heads, int headDim, int half) => new(
        $"rope {provider} [{rows}, {heads}, {headDim}], {2 * half} rotated",
        [new("x", Sample.Normal(1, rows * heads * headDim), [rows, heads, headDim])],
        x => Rotate(Providers.Get(provider), x[0], rows, half),
        x => Formula(x[0], rows, heads, headDim, half));

    private static double Angle(int row, int i, int half) => row * Math.Pow(10000, -(double)i / half);

    private static torch.Tensor Table(int rows, int half, Func<double, double> function, torch.ScalarType dtype)
    {
        double[] values = new double[rows * half];
        for (int k = 0; k < values.Length; k++)
            values[k] = function(Angle(k / half, k % half, half));
        return Sample.Tensor(values, [rows, half], dtype);
    }

    private static torch.Tensor Rotate(KernelSet set, torch.Tensor x, int rows, int half)
    {
        torch.ScalarType dtype = Precision.Accumulation(x.dtype);
        return set.Rope.Forward(x, Table(rows, half, Math.Cos, dtype), Table(rows, half, Math.Sin, dtype));
    }

    private static double[] Formula(double[] x, int rows, int heads, int headDim, int half)
    {
        double[] y = [.. x];
        for (int n = 0; n < rows; n++)
            for (int h = 0; h < heads; h++)
                for (int i = 0; i < half; i++)
                {
                    int at = (((n * heads) + h) * headDim) + i;
                    (double sin, double cos) = Math.SinCos(Angle(n, i, half));
                    y[at] = (x[at] * cos) - (x[at + half] * sin);
                    y[at + half] = (x[at + half] * cos) + (x[at] * sin);
                }
        return y;
    }

    // Hugging Face's apply_rotary_pos_emb with the tables cast to the dtype of x.
    private static torch.Tensor Naive(torch.Tensor x, int rows, int half)
    {
        torch.Tensor cos = Table(rows, half, Math.Cos, x.dtype).unsqueeze(1);
        torch.Tensor sin = Table(rows, half, Math.Sin, x.dtype).unsqueeze(1);
        torch.Tensor first = x.narrow(2, 0, half);
        torch.Tensor second = x.narrow(2, half, half);
        return torch.cat(
            [(first * cos) + (-second * sin), (second * cos) + (first * sin), x.narrow(2, 2 * half, x.shape[2] - (2 * half))], 2);
    }
}
