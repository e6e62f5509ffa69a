using TraceFast.Kernels.LoraLinear;
using TraceFast.Kernels.Tests.Support;

namespace TraceFast.Kernels.Tests.LoraLinear;

/// <summary>lora_linear against y = x W^T + b + s (x A^T) B^T in loops.</summary>
public sealed class LoraLinearTests
{
    private const double Scaling = 1.5;

    public static TheoryData<string, int, int, int, int> Cases
    {
        get
        {
            TheoryData<string, int, int, int, int> cases = [];
            foreach (string provider in Providers.Names(k => k.LoraLinear))
                foreach ((int rows, int inputs, int outputs, int rank) in
                    new[] { (0, 8, 8, 2), (1, 1, 1, 1), (3, 47, 31, 8), (31, 3, 123, 3), (123, 31, 47, 16), (200, 192, 200, 13) })
                    cases.Add(provider, rows, inputs, outputs, rank);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Equals_the_formula_and_its_differences(string provider, int rows, int inputs, int outputs, int rank) =>
        Case(provider, rows, inputs, outputs, rank).Float64();

    [Theory, MemberData(nameof(Cases))]
    public void Is_as_exact_in_bfloat16_as_libtorch(string provider, int rows, int inputs, int outputs, int rank) =>
        Case(provider, rows, inputs, outputs, rank).LowPrecision(Naive);

    [Theory, MemberData(nameof(Cases))]
    public void Equals_the_reference_in_float32(string provider, int rows, int inputs, int outputs, int rank) =>
        Case(provider, rows, inputs, outputs, rank).SameAs(Layer(KernelSet.Reference), torch.ScalarType.Float32, 1e-5);

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void A_frozen_weight_gets_no_gradient_and_no_adapter_is_a_plain_layer(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        LoraLinearKernel layer = Providers.Get(provider).LoraLinear;
        torch.Tensor x = Sample.Tensor(Sample.Normal(1, 15), [3, 5], gradient: true);
        torch.Tensor w = Sample.Tensor(Sample.Normal(2, 20), [4, 5]);
        torch.Tensor A = Sample.Tensor(Sample.Normal(3, 10), [2, 5], gradient: true);
        torch.Tensor B = Sample.Tensor(Sample.Normal(4, 8), [4, 2], gradient: true);
        layer.Forward(x, w, null, A, B, Scaling, 0, null).sum().backward();
        Assert.Null(w.grad);
        Assert.NotNull(A.grad);
        torch.Tensor plain = layer.Forward(x, w, null, null, null, Scaling, 0, null);
        Close.Assert(Sample.Doubles(torch.matmul(x, w.t())), Sample.Doubles(plain), 1e-13, "plain layer");
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Dropout_is_seeded_and_keeps_the_mean(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        LoraLinearKernel layer = Providers.Get(provider).LoraLinear;
        torch.Tensor x = torch.ones([400, 50]).requires_grad_(true);
        torch.Tensor w = torch.zeros([1, 50]);
        torch.Tensor A = torch.ones([1, 50]).requires_grad_(true);
        torch.Tensor B = torch.ones([1, 1]).requires_grad_(true);
        torch.Tensor Run(ulong seed)
        {
            using torch.Generator generator = new();
            generator.manual_seed((long)seed);
            return layer.Forward(x, w, null, A, B, 1, 0.25, generator);
        }
        torch.Tensor y = Run(7);
        Assert.Equal(Sample.Doubles(y), Sample.Doubles(Run(7)));
        Assert.NotEqual(Sample.Doubles(y), Sample.Doubles(Run(8)));
        Assert.InRange(Sample.Doubles(y).Average(), 49.5, 50.5); // 20,000 draws: the standard deviation of the mean is 0.2
        y.sum().backward();
        double[] dx = Sample.Doubles(x.grad!);
        Assert.All(dx, d => Assert.True(d == 0 || Math.Abs(d - (1 / 0.75)) < 1e-6));
        Assert.InRange(dx.Count(d => d == 0) / 20000.0, 0.235, 0.265);
        // the same entries were dropped forward and backward: each row's output is its count of kept entries
        Close.Assert(Sample.Doubles(x.grad!.sum(1)), Sample.Doubles(y.squeeze(1)), 1e-6, "kept entries");
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Rejects_arguments_that_do_not_fit(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        LoraLinearKernel layer = Providers.Get(provider).LoraLinear;
        torch.Tensor x = torch.zeros([3, 5]);
        torch.Tensor w = torch.zeros([4, 5]);
        torch.Tensor A = torch.zeros([2, 5]);
        torch.Tensor B = torch.zeros([4, 2]);
        Rejection.Names("weight", "[5, 4]", "[*, 5]", () => layer.Forward(x, torch.zeros([5, 4]), null, A, B, 1, 0, null));
        Rejection.Names("bias", "[5]", "[4]", () => layer.Forward(x, w, torch.zeros([5]), A, B, 1, 0, null));
        Rejection.Names("A", "[2, 4]", "[*, 5]", () => layer.Forward(x, w, null, torch.zeros([2, 4]), B, 1, 0, null));
        Rejection.Names("B", "[4, 3]", "[4, 2]", () => layer.Forward(x, w, null, A, torch.zeros([4, 3]), 1, 0, null));
        Rejection.Names("B", "null", "together", () => layer.Forward(x, w, null, A, null, 1, 0, null));
        Rejection.Names("A", "BFloat16", "Float32", () => layer.Forward(x, w, null, A.to(torch.ScalarType.BFloat16), B, 1, 0, null));
        Rejection.Names("dropout", "1", "[0, 1)", () => layer.Forward(x, w, null, A, B, 1, 1, null));
        Rejection.Names("generator", "null", "seeded", () => layer.Forward(x, w, null, A, B, 1, 0.5, null));
    }

    private static OperationCheck Case(string provider, int rows, int inputs, int outputs, int rank) => new(
        $"lora_linear {provider} [{rows}, {inputs}] -> {outputs}, rank {rank}",
        [
            new("x", Sample.Normal(1, rows * inputs), [rows, inputs]),
            new("weight", Sample.Normal(2, outputs * inputs), [outputs, inputs]),
            new("bias", Sample.Normal(3, outputs), [outputs]),
            new("A", Sample.Normal(4, rank * inputs, 0.3), [rank, inputs], Wide: true),
            new("B", Sample.Normal(5, outputs * rank, 0.3), [outputs, rank], Wide: true),
        ],
        Layer(Providers.Get(provider)),
        x =>
        {
            double[] merged = new double[outputs * inputs];
            for (int o = 0; o < outputs; o++)
                for (int i = 0; i < inputs; i++)
                {
                    double w = x[1][(o * inputs) + i];
                    for (int r = 0; r < rank; r++)
                        w += Scaling * x[4][(o * rank) + r] * x[3][(r * inputs) + i];
                    merged[(o * inputs) + i] = w;
                }
            double[] y = new double[rows * outputs];
            for (int n = 0; n < rows; n++)
                for (int o = 0; o < outputs; o++)
                {
                    double sum = x[2][o];
                    for (int i = 0; i < inputs; i++)
                        sum += x[0][(n * inputs) + i] * merged[(o * inputs) + i];
                    y[(n * outputs) + o] = sum;
                }
            return y;
        });

    private static Func<torch.Tensor[], torch.Tensor> Layer(KernelSet set) =>
        x => set.LoraLinear.Forward(x[0], x[1], x[2], x[3], x[4], Scaling, 0, null);

    // Everything in the dtype of x.
    private static torch.Tensor Naive(torch.Tensor[] x)
    {
        torch.Tensor y = torch.nn.functional.linear(x[0], x[1], x[2]);
        torch.Tensor u = torch.nn.functional.linear(x[0], x[3].to(x[0].dtype));
        return y + (torch.nn.functional.linear(u, x[4].to(x[0].dtype)) * Scaling);
    }
}
