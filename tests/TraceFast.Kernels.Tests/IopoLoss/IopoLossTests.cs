using System.Text.Json;
using TraceFast.Kernels.IopoLoss;
using TraceFast.Kernels.Tests.Support;

namespace TraceFast.Kernels.Tests.IopoLoss;

/// <summary>iopo_loss against stored values of 60 digits and against the formula in plain loops.</summary>
public sealed class IopoLossTests
{
    private static readonly string[] s_roles = ["c1", "r1", "c2", "r2"];

    public static TheoryData<string> ProviderNames => [.. Providers.Names(k => k.IopoLoss)];

    public static TheoryData<string, int, double, double> Cases
    {
        get
        {
            TheoryData<string, int, double, double> cases = [];
            foreach (string provider in Providers.Names(k => k.IopoLoss))
                foreach (int quads in new[] { 0, 1, 3, 17 })
                    foreach ((double smoothing, double ftx) in new[] { (0.0, 0.0), (0.1, 0.0), (0.0, 0.7), (0.3, 1.5) })
                        cases.Add(provider, quads, smoothing, ftx);
            return cases;
        }
    }

    [Theory, MemberData(nameof(ProviderNames))]
    public void Equals_the_stored_losses(string provider)
    {
        using JsonDocument oracle = JsonDocument.Parse(File.ReadAllText(Oracles.Require("oracles", "hf", "losses", "iopo.json")));
        int compared = 0;
        foreach (JsonElement row in oracle.RootElement.GetProperty("rows").EnumerateArray())
        {
            // One token a sequence: its log-probability is the sum.
            double[] policy = Array.ConvertAll(s_roles, r => row.GetProperty("policy").GetProperty(r).GetDouble());
            double[] reference = Array.ConvertAll(s_roles, r => row.GetProperty("reference").GetProperty(r).GetDouble());
            foreach (JsonElement item in row.GetProperty("cases").EnumerateArray())
            {
                using DisposeScope scope = torch.NewDisposeScope();
                IopoLossOptions options = new(item.GetProperty("beta").GetDouble(), item.GetProperty("label_smoothing").GetDouble());
                IopoLossResult result = Evaluate(provider, policy, [0, 1, 2, 3, 4], reference, [1], options);
                (double loss, double slope) = (item.GetProperty("loss").GetDouble(), item.GetProperty("dloss_dD").GetDouble());
                // D is a difference of sums of this size.
                double size = policy.Concat(reference).Max(Math.Abs);
                Close.Assert([loss], Sample.Doubles(result.Loss), 1e-9, "loss", floor: size);
                Close.Assert([slope, -slope, slope, -slope], Sample.Doubles(result.Gradient), 1e-9, "gradient", floor: 1);
                compared++;
            }
        }
        Assert.True(compared > 100, $"{compared} cases");
    }

    [Theory, MemberData(nameof(Cases))]
    public void Equals_the_formula_and_its_differences(string provider, int quads, double smoothing, double ftx)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        IopoLossOptions options = new(0.3, smoothing, ftx);
        int[] segments = Segments(quads);
        double[] logp = [.. Sample.Normal(quads, segments[^1]).Select(x => -Math.Abs(x))];
        double[] reference = Sample.Normal(7, 4 * quads, 3), weight = [.. Sample.Normal(9, quads).Select(Math.Abs)];
        IopoLossResult result = Evaluate(provider, logp, segments, reference, weight, options);
        (double[] loss, double[] margin, double[] sums) = Formula(logp, segments, reference, options);
        Close.Assert(loss, Sample.Doubles(result.Loss), 1e-12, "loss", floor: 1);
        Close.Assert(margin, Sample.Doubles(result.Margin), 1e-12, "margin");
        Close.Assert(sums, Sample.Doubles(result.Sums), 1e-12, "sums");
        double[] gradient = Sample.Doubles(result.Gradient);
        Assert.Equal(logp.Length, gradient.Length);
        for (int i = 0; i < logp.Length; i += 1 + logp.Length / 40)
        {
            double At(double delta)
            {
                double[] moved = [.. logp];
                moved[i] += delta;
                return Formula(moved, segments, reference, options).Loss.Zip(weight, (l, w) => l * w).Sum();
            }
            Assert.Equal((At(1e-5) - At(-1e-5)) / 2e-5, gradient[i], 1e-7);
        }
    }

    [Theory, MemberData(nameof(ProviderNames))]
    public void Takes_float32_and_repeats(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        int[] segments = Segments(5);
        double[] logp = [.. Sample.Normal(1, segments[^1]).Select(x => (double)(float)-Math.Abs(x))];
        double[] reference = Sample.Normal(7, 20, 3), weight = [1, 2, 3, 4, 5];
        IopoLossOptions options = new(0.1, 0.1, 1);
        IopoLossResult exact = Evaluate(provider, logp, segments, reference, weight, options);
        IopoLossResult once = Evaluate(provider, logp, segments, reference, weight, options, torch.ScalarType.Float32);
        IopoLossResult again = Evaluate(provider, logp, segments, reference, weight, options, torch.ScalarType.Float32);
        Close.Assert(Sample.Doubles(exact.Loss), Sample.Doubles(once.Loss), 1e-12, "loss");
        Close.Assert(Sample.Doubles(exact.Gradient), Sample.Doubles(once.Gradient), 1e-7, "gradient");
        Assert.Equal(torch.ScalarType.Float32, once.Gradient.dtype);
        Assert.Equal(Sample.Doubles(once.Loss), Sample.Doubles(again.Loss));
        Assert.Equal(Sample.Doubles(once.Gradient), Sample.Doubles(again.Gradient));
    }

    [Theory, MemberData(nameof(ProviderNames))]
    public void Stays_finite_at_large_margins(string provider)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        foreach (double margin in new[] { 1e4, -1e4 })
        {
            IopoLossResult result = Evaluate(provider, [margin, 0, 0, 0], [0, 1, 2, 3, 4], new double[4], [1], new IopoLossOptions(1));
            Close.Assert([margin > 0 ? 0 : 1e4], Sample.Doubles(result.Loss), 1e-12, "loss", floor: 1);
            Close.Assert([margin > 0 ? 0 : -1], [Sample.Doubles(result.Gradient)[0]], 1e-12, "gradient", floor: 1);
        }
    }

    // Lengths from 0 to 90: warps that have several rounds, part of one, and none.
    private static int[] Segments(int quads)
    {
        int[] bounds = new int[4 * quads + 1];
        for (int s = 0; s < 4 * quads; s++)
            bounds[s + 1] = bounds[s] + s * 29 % 91;
        return bounds;
    }

    private static IopoLossResult Evaluate(
        string provider, double[] logp, int[] segments, double[] reference, double[] weight, IopoLossOptions options,
        torch.ScalarType dtype = torch.ScalarType.Float64) => Providers.Get(provider).IopoLoss.Evaluate(
            Sample.Tensor(logp, [logp.Length], dtype), torch.tensor(segments), Sample.Tensor(reference, [reference.Length]),
            Sample.Tensor(weight, [weight.Length]), options);

    private static (double[] Loss, double[] Margin, double[] Sums) Formula(
        double[] logp, int[] segments, double[] reference, IopoLossOptions options)
    {
        int quads = reference.Length / 4;
        (double[] loss, double[] margin, double[] sums) = (new double[quads], new double[quads], new double[4 * quads]);
        for (int s = 0; s < 4 * quads; s++)
            sums[s] = logp[segments[s]..segments[s + 1]].Sum();
        for (int q = 0; q < quads; q++)
        {
            double Ratio(int role) => sums[4 * q + role] - reference[4 * q + role];
            double Mean(int role) => sums[4 * q + role] / Math.Max(1, segments[4 * q + role + 1] - segments[4 * q + role]);
            margin[q] = Ratio(0) - Ratio(1) + Ratio(2) - Ratio(3);
            double x = options.Beta * margin[q];
            loss[q] = (1 - options.LabelSmoothing) * Softplus(-x) + options.LabelSmoothing * Softplus(x)
                - options.Ftx * (Mean(0) + Mean(2));
        }
        return (loss, margin, sums);
    }

    private static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));
}
