namespace TraceFast.Torch.Tests;

public sealed class AutogradTests
{
    [Fact]
    public void Product_and_matmul_derivatives()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        // L = sum((A B) * C): dA = C B^T, dB = A^T C, dC = A B
        torch.Tensor a = torch.tensor(new double[,] { { 1, 2 }, { 3, 4 }, { 5, 6 } }, requires_grad: true);
        torch.Tensor b = torch.tensor(new double[,] { { 1, -1 }, { 0.5, 2 } }, requires_grad: true);
        torch.Tensor c = torch.tensor(new double[,] { { 1, 0 }, { 2, 1 }, { -1, 3 } }, requires_grad: true);
        (a.matmul(b) * c).sum().backward();
        Assert.Equal([1, 0.5, 1, 3, -4, 5.5], a.grad!.data<double>().ToArray());
        Assert.Equal([1 + 6 - 5, 0 + 3 + 15, 2 + 8 - 6, 0 + 4 + 18], b.grad!.data<double>().ToArray());
        Assert.Equal([2, 3, 5, 5, 8, 7], c.grad!.data<double>().ToArray());
    }

    // f, x, f'(x)
    public static TheoryData<string, double, double> Derivatives => new()
    {
        { "3 / x", 2, -0.75 },
        { "3 - x", 2, -1 },
        { "x ** 3", 2, 12 },
        { "2 ** x", 3, 8 * Math.Log(2) },
        { "exp", 0.5, Math.Exp(0.5) },
        { "rsqrt", 4, -0.5 / 8 },
        { "silu", 1, Sigmoid(1) + Sigmoid(1) * (1 - Sigmoid(1)) },
        { "gelu", 1, 0.5 * (1 + 0.6826894921370859) + Math.Exp(-0.5) / Math.Sqrt(2 * Math.PI) },
        { "log_sigmoid", -2, 1 - Sigmoid(-2) },
        { "softplus", 0.3, Sigmoid(0.3) },
        { "tanh", 0.7, 1 - Math.Pow(Math.Tanh(0.7), 2) },
        { "clamp", 3, 0 },
        { "where", 3, 2 },
    };

    [Theory, MemberData(nameof(Derivatives))]
    public void Derivatives_of_functions(string function, double at, double expected)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor x = torch.tensor(at, requires_grad: true);
        torch.Tensor y = function switch
        {
            "3 / x" => 3 / x,
            "3 - x" => 3 - x,
            "x ** 3" => x.pow(3),
            "2 ** x" => torch.tensor(2.0).pow(x),
            "exp" => x.exp(),
            "rsqrt" => x.rsqrt(),
            "silu" => torch.nn.functional.silu(x),
            "gelu" => torch.nn.functional.gelu(x),
            "log_sigmoid" => torch.nn.functional.logsigmoid(x),
            "softplus" => torch.nn.functional.softplus(x),
            "tanh" => x.tanh(),
            "clamp" => x.clamp(-1, 1),
            "where" => torch.where(x > 1, x * 2, x * 5),
            _ => throw new ArgumentException(function),
        };
        y.backward();
        Assert.Equal(expected, x.grad!.item<double>(), 12);
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    [Fact]
    public void Index_select_backward_adds_up()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor x = torch.zeros(4, 2, dtype: torch.float32, requires_grad: true);
        torch.Tensor weight = torch.tensor(new float[,] { { 1, 2 }, { 3, 4 }, { 5, 6 } });
        (x.index_select(0, torch.tensor(new long[] { 2, 0, 2 })) * weight).sum().backward();
        Assert.Equal([3, 4, 0, 0, 6, 8, 0, 0], x.grad!.data<float>().ToArray());
    }

    [Fact]
    public void Gradients_without_accumulation()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor x = torch.tensor(2.0, requires_grad: true), unused = torch.tensor(1.0, requires_grad: true);
        torch.Tensor y = x.pow(3);
        torch.Tensor first = torch.autograd.grad([y], [x], create_graph: true)[0];
        Assert.Equal(12, first.item<double>());
        Assert.Equal(12, torch.autograd.grad([first], [x], retain_graph: true)[0].item<double>()); // 6 x
        Assert.Null(x.grad);
        Assert.Null(torch.autograd.grad([y], [x, unused], retain_graph: true, allow_unused: true)[1]);
        Assert.ThrowsAny<System.Runtime.InteropServices.ExternalException>(() => torch.autograd.grad([y], [unused]));
    }

    [Fact]
    public void Weighted_backward_of_a_vector()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor x = torch.tensor(new float[] { 1, 2, 3 }, requires_grad: true);
        torch.Tensor y = x * x;
        Assert.ThrowsAny<System.Runtime.InteropServices.ExternalException>(() => y.backward());
        y.backward([torch.tensor(new float[] { 1, 0, -2 })]);
        Assert.Equal([2, 0, -12], x.grad!.data<float>().ToArray());
        x.grad = null;
        Assert.Null(x.grad);
        Assert.ThrowsAny<System.Runtime.InteropServices.ExternalException>(() => x.grad = torch.ones(4));
    }

    [Fact]
    public void Modes_nest_and_end()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor x = torch.ones(2, requires_grad: true);
        using (torch.no_grad())
        {
            Assert.False((x * 2).requires_grad);
            using (torch.enable_grad())
                Assert.True((x * 2).requires_grad);
            Assert.False(torch.is_grad_enabled());
        }
        Assert.True(torch.is_grad_enabled());
        using (torch.inference_mode())
        {
            Assert.True(torch.is_inference_mode_enabled());
            Assert.False((x * 2).requires_grad);
        }
        Assert.False(torch.is_inference_mode_enabled());
        torch.Tensor y = x * 2;
        Assert.False(y.is_leaf);
        Assert.False(y.detach().requires_grad);
        y.retain_grad();
        y.sum().backward();
        Assert.Equal([1f, 1f], y.grad!.data<float>().ToArray());
    }
}
