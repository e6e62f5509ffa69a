namespace TraceFast.Kernels.Tests;

/// <summary>rope against the rotation written out pair by pair.</summary>
public sealed class RopeTests
{
    public static TheoryData<string, int, int, int, int> Cases
    {
        get
        {
            TheoryData<string, int, int, int, int> cases = [];
            foreach (string provider in Providers.Names)
                foreach ((int rows, int heads, int size, int angles) in new[] { (0, 2, 8, 4), (1, 1, 2, 1), (3, 2, 47, 11), (31, 3, 64, 32), (123, 1, 31, 15), (200, 9, 64, 32) })
                    cases.Add(provider, rows, heads, size, angles);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Equals_the_formula_and_its_differences(string provider, int rows, int heads, int size, int angles) =>
        Case(provider, rows, heads, size, angles).Float64();

    [Theory, MemberData(nameof(Cases))]
    public void Is_as_exact_in_bfloat16_as_libtorch(string provider, int rows, int heads, int size, int angles) =>
        Case(provider, rows, heads, size, angles).LowPrecision(x => Naive(x[0], rows, angles));

    [Theory, MemberData(nameof(Cases))]
    public void Equals_the_reference_in_float32(string provider, int rows, int heads, int size, int angles) =>
        Case(provider, rows, heads, size, angles).SameAs(x => Rotate(KernelSet.Reference, x[0], rows, angles), torch.ScalarType.Float32, 1e-6);

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
    public void Refuses_what_does_not_fit(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        IRope rope = Providers.Get(provider).Rope;
        torch.Tensor x = torch.zeros([3, 2, 8]);
        torch.Tensor table = torch.zeros([3, 4]);
        Refusal.Names("x", "[6, 8]", "[*, *, *]", () => rope.Forward(x.view(6, 8), table, table));
        Refusal.Names("cos", "[2, 4]", "[3, *]", () => rope.Forward(x, torch.zeros([2, 4]), table));
        Refusal.Names("sin", "[3, 3]", "[3, 4]", () => rope.Forward(x, table, torch.zeros([3, 3])));
        Refusal.Names("cos", "5 angles", "1 to 4", () => rope.Forward(x, torch.zeros([3, 5]), torch.zeros([3, 5])));
        Refusal.Names("cos", "Float64", "Float32", () => rope.Forward(x, table.to(torch.ScalarType.Float64), table));
    }

    private static OperationCheck Case(string provider, int rows, int heads, int size, int angles) => new(
        $"rope {provider} [{rows}, {heads}, {size}] {angles} angles",
        [new("x", Sample.Normal(1, rows * heads * size), [rows, heads, size])],
        x => Rotate(Providers.Get(provider), x[0], rows, angles),
        x => Formula(x[0], rows, heads, size, angles));

    private static double Angle(int row, int i, int angles) => row * Math.Pow(10000, -(double)i / angles);

    private static torch.Tensor Table(int rows, int angles, Func<double, double> function, torch.ScalarType dtype)
    {
        double[] values = new double[rows * angles];
        for (int k = 0; k < values.Length; k++)
            values[k] = function(Angle(k / angles, k % angles, angles));
        return Sample.Tensor(values, [rows, angles], dtype);
    }

    private static torch.Tensor Rotate(KernelSet set, torch.Tensor x, int rows, int angles)
    {
        torch.ScalarType dtype = Precision.Accumulation(x.dtype);
        return set.Rope.Forward(x, Table(rows, angles, Math.Cos, dtype), Table(rows, angles, Math.Sin, dtype));
    }

    private static double[] Formula(double[] x, int rows, int heads, int size, int angles)
    {
        double[] y = [.. x];
        for (int n = 0; n < rows; n++)
            for (int h = 0; h < heads; h++)
                for (int i = 0; i < angles; i++)
                {
                    int at = (((n * heads) + h) * size) + i;
                    (double sin, double cos) = Math.SinCos(Angle(n, i, angles));
                    y[at] = (x[at] * cos) - (x[at + angles] * sin);
                    y[at + angles] = (x[at + angles] * cos) + (x[at] * sin);
                }
        return y;
    }

    // Hugging Face's apply_rotary_pos_emb with the tables cast to the dtype of x.
    private static torch.Tensor Naive(torch.Tensor x, int rows, int angles)
    {
        torch.Tensor cos = Table(rows, angles, Math.Cos, x.dtype).unsqueeze(1);
        torch.Tensor sin = Table(rows, angles, Math.Sin, x.dtype).unsqueeze(1);
        torch.Tensor first = x.narrow(2, 0, angles);
        torch.Tensor second = x.narrow(2, angles, angles);
        return torch.cat([(first * cos) + (-second * sin), (second * cos) + (first * sin), x.narrow(2, 2 * angles, x.shape[2] - (2 * angles))], 2);
    }
}
