using TraceFast.Kernels.RmsNorm;
using TraceFast.Kernels.Tests.Support;

namespace TraceFast.Kernels.Tests.RmsNorm;

/// <summary>rms_norm against the formula: y = w * x / sqrt(mean(x^2) + eps), w or 1 + w by style.</summary>
public sealed class RmsNormTests
{
    private const double Eps = 1e-5;

    public static TheoryData<string, int, int, RmsNormStyle> Cases
    {
        get
        {
            TheoryData<string, int, int, RmsNormStyle> cases = [];
            foreach (string provider in Providers.Names(k => k.RmsNorm))
                foreach (RmsNormStyle style in Enum.GetValues<RmsNormStyle>())
                    foreach ((int rows, int hidden) in new[] { (0, 8), (1, 1), (3, 47), (31, 3), (47, 123), (300, 200) })
                        cases.Add(provider, rows, hidden, style);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Equals_the_formula_and_its_differences(string provider, int rows, int hidden, RmsNormStyle style)
    {
        Case(provider, rows, hidden, style).Float64();
        CaseWithResidual(provider, rows, hidden, style).Float64();
    }

    [Theory, MemberData(nameof(Cases))]
    public void Is_as_exact_in_bfloat16_as_libtorch(string provider, int rows, int hidden, RmsNormStyle style) =>
        Case(provider, rows, hidden, style).LowPrecision(x => Naive(x[0], x[1], style));

    [Theory, MemberData(nameof(Cases))]
    public void Equals_the_reference_in_float32(string provider, int rows, int hidden, RmsNormStyle style) =>
        Case(provider, rows, hidden, style)
            .SameAs(x => KernelSet.Reference.RmsNorm.Forward(x[0], x[1], Eps, style), torch.ScalarType.Float32, 2e-5);

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Takes_leading_dimensions_and_strides(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor wide = Sample.Tensor(Sample.Normal(1, 5 * 4 * 30), [5, 4, 30]);
        torch.Tensor weight = Sample.Tensor(Sample.Normal(2, 8), [8]);
        torch.Tensor part = wide.narrow(2, 10, 8);
        torch.Tensor y = Providers.Get(provider).RmsNorm.Forward(part, weight, Eps, RmsNormStyle.Llama);
        Assert.Equal([5, 4, 8], y.shape);
        Close.Assert(Formula(Sample.Doubles(part), Sample.Doubles(weight), RmsNormStyle.Llama), Sample.Doubles(y), 1e-12, "y");
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Rejects_arguments_that_do_not_fit(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        RmsNormKernel norm = Providers.Get(provider).RmsNorm;
        torch.Tensor x = torch.zeros([3, 8]);
        torch.Tensor weight = torch.zeros([8]);
        Rejection.Names("weight", "[7]", "[8]", () => norm.Forward(x, torch.zeros([7]), Eps, RmsNormStyle.Llama));
        Rejection.Names(
            "weight", "Float64", "Float32", () => norm.Forward(x, weight.to(torch.ScalarType.Float64), Eps, RmsNormStyle.Llama));
        Rejection.Names("x", "Int64", "Float64", () => norm.Forward(x.to(torch.ScalarType.Int64), weight, Eps, RmsNormStyle.Llama));
        Rejection.Names("eps", "-1", "at least 0", () => norm.Forward(x, weight, -1, RmsNormStyle.Llama));
        Rejection.Names("residual", "[2, 8]", "[3, 8]", () => norm.ForwardAdd(x, torch.zeros([2, 8]), weight, Eps, RmsNormStyle.Llama));
    }

    private static OperationCheck Case(string provider, int rows, int hidden, RmsNormStyle style) => new(
        $"rms_norm {provider} {style} [{rows}, {hidden}]",
        [new("x", Sample.Normal(1, rows * hidden), [rows, hidden]), new("weight", Sample.Normal(2, hidden), [hidden])],
        x => Providers.Get(provider).RmsNorm.Forward(x[0], x[1], Eps, style),
        x => Formula(x[0], x[1], style));

    private static OperationCheck CaseWithResidual(string provider, int rows, int hidden, RmsNormStyle style) => new(
        $"rms_norm add {provider} {style} [{rows}, {hidden}]",
        [new("x", Sample.Normal(1, rows * hidden), [rows, hidden]),
            new("residual", Sample.Normal(3, rows * hidden), [rows, hidden]), new("weight", Sample.Normal(2, hidden), [hidden])],
        x =>
        {
            (torch.Tensor sum, torch.Tensor normed) = Providers.Get(provider).RmsNorm.ForwardAdd(x[0], x[1], x[2], Eps, style);
            return torch.cat([sum, normed], 0);
        },
        x =>
        {
            double[] sum = [.. x[0].Zip(x[1], (a, b) => a + b)];
            return [.. sum, .. Formula(sum, x[2], style)];
        });

    private static double[] Formula(double[] x, double[] weight, RmsNormStyle style)
    {
        int hidden = weight.Length;
        double[] y = new double[x.Length];
        for (int n = 0; n < x.Length / hidden; n++)
        {
            double square = 0;
            for (int h = 0; h < hidden; h++)
                square += x[(n * hidden) + h] * x[(n * hidden) + h];
            for (int h = 0; h < hidden; h++)
                y[(n * hidden) + h] = x[(n * hidden) + h] / Math.Sqrt((square / hidden) + Eps)
                    * (style == RmsNormStyle.Gemma ? 1 + weight[h] : weight[h]);
        }
        return y;
    }

    private static torch.Tensor Naive(torch.Tensor x, torch.Tensor weight, RmsNormStyle style)
    {
        torch.Tensor xhat = x * (x.pow(2).mean([-1], keepdim: true) + Eps).rsqrt();
        return style == RmsNormStyle.Gemma ? xhat * (weight + 1.0) : xhat * weight;
    }
}
