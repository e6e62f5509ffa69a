using TraceFast.Kernels.LinearLogProb;
using TraceFast.Kernels.Tests.Support;

namespace TraceFast.Kernels.Tests.LinearLogProb;

/// <summary>linear_log_prob against log softmax of written-out logits.</summary>
public sealed class LinearLogProbTests
{
    public static TheoryData<string, int, int, int, double, double?> Cases
    {
        get
        {
            TheoryData<string, int, int, int, double, double?> cases = [];
            foreach (string provider in Providers.Names(k => k.LinearLogProb))
                foreach ((int rows, int vocabulary, int hidden) in new[] { (0, 9, 4), (1, 1, 1), (3, 47, 31), (31, 123, 3), (5, 4100, 7) })
                    foreach ((double scale, double? softcap) in new (double, double?)[] { (1, null), (0.4, null), (1, 2.5), (1.7, 3) })
                        cases.Add(provider, rows, vocabulary, hidden, scale, softcap);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Equals_the_formula_and_its_differences(
        string provider, int rows, int vocabulary, int hidden, double scale, double? softcap) =>
        Case(provider, rows, vocabulary, hidden, scale, softcap).Float64();

    [Theory, MemberData(nameof(Cases))]
    public void Is_as_exact_in_bfloat16_as_libtorch(string provider, int rows, int vocabulary, int hidden, double scale, double? softcap) =>
        Case(provider, rows, vocabulary, hidden, scale, softcap).LowPrecision(x => Naive(x, Targets(rows, vocabulary), scale, softcap));

    [Theory, MemberData(nameof(Cases))]
    public void Equals_log_softmax_in_float32(string provider, int rows, int vocabulary, int hidden, double scale, double? softcap) =>
        Case(provider, rows, vocabulary, hidden, scale, softcap)
            .SameAs(x => Naive(x, Targets(rows, vocabulary), scale, softcap), torch.ScalarType.Float32, 2e-5);

    /// <summary>A target of probability near 1 has a gradient that is small beside its two terms.</summary>
    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Confident_tokens_are_as_exact_in_bfloat16_as_libtorch(string provider)
    {
        const int Rows = 31, Vocabulary = 123, Hidden = 47;
        long[] targets = Targets(Rows, Vocabulary);
        double[] weight = Sample.Normal(2, Vocabulary * Hidden, 0.5);
        double[] hidden = [
            .. Sample.Normal(1, Rows * Hidden, 0.1).Select((noise, i) => noise + weight[(targets[i / Hidden] * Hidden) + (i % Hidden)])];
        OperationCheck check = new(
            $"linear_log_prob {provider}, confident",
            [new("hidden", hidden, [Rows, Hidden]), new("weight", weight, [Vocabulary, Hidden])],
            x => Providers.Get(provider).LinearLogProb.Forward(x[0], x[1], torch.tensor(targets, [Rows], torch.ScalarType.Int64), 1, null),
            x => [.. Enumerable.Range(0, Rows).Select(m => Formula(x[0], x[1], m, (int)targets[m], Vocabulary, Hidden, 1, null))]);
        check.Float64();
        check.LowPrecision(x => Naive(x, targets, 1, null));
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Rows_beyond_one_tile(string provider)
    {
        Case(provider, 1600, 31, 3, 1.2, null).SameAs(x => Naive(x, Targets(1600, 31), 1.2, null), torch.ScalarType.Float64, 1e-12);
        Case(provider, 600, 2500, 5, 1, 4).SameAs(x => Naive(x, Targets(600, 2500), 1, 4), torch.ScalarType.Float64, 1e-12);
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Large_logits_stay_finite(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor hidden = torch.tensor(new float[] { 1000, -1000 }, [2, 1]).requires_grad_(true);
        torch.Tensor weight = torch.tensor(new float[] { 1, 2, -3 }, [3, 1]);
        torch.Tensor logp = Providers.Get(provider).LinearLogProb.Forward(
            hidden, weight, torch.tensor(new long[] { 1, 1 }, torch.ScalarType.Int64), 1, null);
        logp.sum().backward();
        Close.Assert([0, -5000], Sample.Doubles(logp), 1e-7, "logp");
        Close.Assert([0, 5], Sample.Doubles(hidden.grad!), 1e-6, "dhidden");
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void A_frozen_side_gets_no_gradient(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        LinearLogProbKernel head = Providers.Get(provider).LinearLogProb;
        torch.Tensor hidden = Sample.Tensor(Sample.Normal(1, 6), [2, 3], gradient: true);
        torch.Tensor weight = Sample.Tensor(Sample.Normal(2, 15), [5, 3]);
        torch.Tensor targets = torch.tensor(new long[] { 4, 0 }, torch.ScalarType.Int64);
        head.Forward(hidden, weight, targets, 1, null).sum().backward();
        Assert.Null(weight.grad);
        Assert.NotNull(hidden.grad);
        weight.requires_grad_(true);
        head.Forward(hidden.detach(), weight, targets, 1, null).sum().backward();
        Assert.NotNull(weight.grad);
        using (torch.no_grad())
            Assert.False(head.Forward(hidden, weight, targets, 1, null).requires_grad);
    }

    [Theory, MemberData(nameof(Providers.All), MemberType = typeof(Providers))]
    public void Rejects_arguments_that_do_not_fit(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        LinearLogProbKernel head = Providers.Get(provider).LinearLogProb;
        torch.Tensor hidden = torch.zeros([2, 3]);
        torch.Tensor weight = torch.zeros([5, 3]);
        torch.Tensor Ids(params long[] ids) => torch.tensor(ids, torch.ScalarType.Int64);
        Rejection.Names("weight", "[5, 4]", "[*, 3]", () => head.Forward(hidden, torch.zeros([5, 4]), Ids(0, 0), 1, null));
        Rejection.Names("targets", "[3]", "[2]", () => head.Forward(hidden, weight, Ids(0, 0, 0), 1, null));
        Rejection.Names("targets", "Float32", "Int64", () => head.Forward(hidden, weight, torch.zeros([2]), 1, null));
        Rejection.Names("targets", "5", "[0, 5)", () => head.Forward(hidden, weight, Ids(0, 5), 1, null));
        Rejection.Names("targets", "-100", "[0, 5)", () => head.Forward(hidden, weight, Ids(-100, 1), 1, null));
        Rejection.Names("softcap", "-1", "above 0", () => head.Forward(hidden, weight, Ids(0, 0), 1, -1));
    }

    private static long[] Targets(int rows, int vocabulary) => Sample.Integers(9, rows, vocabulary);

    private static OperationCheck Case(string provider, int rows, int vocabulary, int hidden, double scale, double? softcap)
    {
        long[] targets = Targets(rows, vocabulary);
        return new(
            $"linear_log_prob {provider} [{rows}, {hidden}] x {vocabulary}, scale {scale}, softcap {softcap}",
            [new("hidden", Sample.Normal(1, rows * hidden), [rows, hidden]),
                new("weight", Sample.Normal(2, vocabulary * hidden), [vocabulary, hidden])],
            x => Providers.Get(provider).LinearLogProb.Forward(
                x[0], x[1], torch.tensor(targets, [rows], torch.ScalarType.Int64), scale, softcap),
            x => [.. Enumerable.Range(0, rows).Select(m => Formula(x[0], x[1], m, (int)targets[m], vocabulary, hidden, scale, softcap))]);
    }

    private static double Formula(double[] h, double[] w, int row, int target, int vocabulary, int hidden, double scale, double? softcap)
    {
        double[] z = new double[vocabulary];
        for (int v = 0; v < vocabulary; v++)
        {
            for (int i = 0; i < hidden; i++)
                z[v] += scale * h[(row * hidden) + i] * w[(v * hidden) + i];
            if (softcap is double cap)
                z[v] = cap * Math.Tanh(z[v] / cap);
        }
        double most = z.Max();
        return z[target] - most - Math.Log(z.Sum(value => Math.Exp(value - most)));
    }

    // Logits in the dtype of hidden, log softmax in float32, as the libraries do.
    private static torch.Tensor Naive(torch.Tensor[] x, long[] targets, double scale, double? softcap)
    {
        torch.Tensor z = torch.matmul(x[0], x[1].t()) * scale;
        if (softcap is double cap)
            z = (z / cap).tanh() * cap;
        torch.Tensor all = torch.nn.functional.log_softmax(z.to(Precision.Accumulation(z.dtype)), -1);
        return all.gather(1, torch.tensor(targets, [targets.Length, 1], torch.ScalarType.Int64)).squeeze(1);
    }
}
