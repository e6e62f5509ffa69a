using TraceFast.Kernels.SwiGlu;
using TraceFast.Kernels.Tests.Support;

namespace TraceFast.Kernels.Tests.SwiGlu;

/// <summary>swiglu against act(gate) * up entry by entry.</summary>
public sealed class SwiGluTests
{
    public static TheoryData<string, int, int, GateActivation> Cases
    {
        get
        {
            TheoryData<string, int, int, GateActivation> cases = [];
            foreach (string provider in Providers.Names(k => k.SwiGlu))
                foreach (GateActivation activation in Enum.GetValues<GateActivation>())
                    foreach ((int rows, int width) in new[] { (0, 8), (1, 1), (3, 47), (31, 123), (200, 301) })
                        cases.Add(provider, rows, width, activation);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Equals_the_formula_and_its_differences(string provider, int rows, int width, GateActivation activation) =>
        Case(provider, rows, width, activation).Float64();

    [Theory, MemberData(nameof(Cases))]
    public void Is_as_exact_in_bfloat16_as_libtorch(string provider, int rows, int width, GateActivation activation) =>
        Case(provider, rows, width, activation).LowPrecision(x => KernelSet.Reference.SwiGlu.Forward(x[0], x[1], activation));

    [Theory, MemberData(nameof(Cases))]
    public void Equals_the_reference_in_float32(string provider, int rows, int width, GateActivation activation) =>
        Case(provider, rows, width, activation)
            .SameAs(x => KernelSet.Reference.SwiGlu.Forward(x[0], x[1], activation), torch.ScalarType.Float32, 1e-6);

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Takes_halves_of_a_fused_product(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor fused = Sample.Tensor(Sample.Normal(1, 5 * 22, 3), [5, 22]).requires_grad_(true);
        torch.Tensor y = Providers.Get(provider).SwiGlu.Forward(fused.narrow(1, 0, 11), fused.narrow(1, 11, 11));
        double[] x = Sample.Doubles(fused);
        Close.Assert(
            [.. Enumerable.Range(0, 55)
                .Select(i => Activate(x[(i / 11 * 22) + (i % 11)], GateActivation.Silu) * x[(i / 11 * 22) + 11 + (i % 11)])],
                Sample.Doubles(y), 1e-12, "y");
        y.sum().backward();
        Assert.Equal([5, 22], fused.grad!.shape);
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Stays_finite_far_out(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        foreach (GateActivation activation in Enum.GetValues<GateActivation>())
        {
            torch.Tensor gate = torch.tensor(new float[] { -1e4f, -200, -90, 0, 90, 200, 1e4f }).requires_grad_(true);
            torch.Tensor y = Providers.Get(provider).SwiGlu.Forward(gate, torch.ones([7]), activation);
            y.sum().backward();
            Close.Assert([0, 0, 0, 0, 90, 200, 1e4], Sample.Doubles(y), 1e-7, $"{activation}");
            Close.Assert([0, 0, 0, 0.5, 1, 1, 1], Sample.Doubles(gate.grad!), 1e-6, $"{activation}'");
        }
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Rejects_arguments_that_do_not_fit(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        SwiGluKernel swiglu = Providers.Get(provider).SwiGlu;
        torch.Tensor gate = torch.zeros([3, 8]);
        Rejection.Names("up", "[3, 7]", "[3, 8]", () => swiglu.Forward(gate, torch.zeros([3, 7])));
        Rejection.Names("up", "Float64", "Float32", () => swiglu.Forward(gate, gate.to(torch.ScalarType.Float64)));
        Rejection.Names("activation", "99", "Silu, Gelu", () => swiglu.Forward(gate, gate, (GateActivation)99));
    }

    private static OperationCheck Case(string provider, int rows, int width, GateActivation activation) => new(
        $"swiglu {provider} {activation} [{rows}, {width}]",
        [new("gate", Sample.Normal(1, rows * width, 2), [rows, width]), new("up", Sample.Normal(2, rows * width), [rows, width])],
        x => Providers.Get(provider).SwiGlu.Forward(x[0], x[1], activation),
        x => [.. x[0].Zip(x[1], (gate, up) => Activate(gate, activation) * up)]);

    private static double Activate(double z, GateActivation activation) => activation switch
    {
        GateActivation.Silu => z / (1 + Math.Exp(-z)),
        GateActivation.Gelu => 0.5 * z * ErrorFunctionComplement(-z / Math.Sqrt(2)),
        _ => 0.5 * z * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (z + (0.044715 * z * z * z)))),
    };

    // erfc(x) = 1 - 2/sqrt(pi) e^(-x^2) sum 2^n x^(2n+1) / (2n+1)!!  (Abramowitz and Stegun 7.1.6): no term cancels.
    private static double ErrorFunctionComplement(double x)
    {
        double term = x, sum = x;
        for (int n = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }
        return 1 - (2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum);
    }
}
