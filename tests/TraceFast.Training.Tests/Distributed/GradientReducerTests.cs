using TraceFast.Training.Distributed;

namespace TraceFast.Training.Tests.Distributed;

public class GradientReducerTests
{
    private static readonly torch.ScalarType[] s_dtypes =
        [torch.ScalarType.Float32, torch.ScalarType.BFloat16, torch.ScalarType.Float64];

    private static readonly long[][] s_shapes = [[3, 5], [1], [7], [2, 2, 3]];

    public static TheoryData<int, int, torch.ScalarType> Cases
    {
        get
        {
            TheoryData<int, int, torch.ScalarType> cases = [];
            foreach (int microBatches in new[] { 1, 2, 3, 6, 8, 13 })
                foreach (int ranks in new[] { 2, 3, 4, 8 })
                    foreach (torch.ScalarType dtype in s_dtypes)
                        cases.Add(microBatches, ranks, dtype);
            return cases;
        }
    }

    /// <summary>Also where a rank has no micro-batch, a parameter no gradient, and the numbers do not divide by the ranks.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Ordered_sums_have_the_same_bits_on_any_number_of_ranks(int microBatches, int ranks, torch.ScalarType dtype)
    {
        double[]?[] alone = Gradients(Communicator.Alone, microBatches, dtype, GradientReduction.Ordered);
        Assert.All(
            ThreadCommunicator.Run(ranks, r => Gradients(r, microBatches, dtype, GradientReduction.Ordered)),
            together => Assert.Equal(alone, together));
        Assert.All(
            ThreadCommunicator.Run(ranks, r => Gradients(r, microBatches, dtype, GradientReduction.Ordered, segmentLength: 5)),
            inSegments => Assert.Equal(alone, inSegments));
        Assert.NotNull(alone[0]);
        Assert.Null(alone[1]); // no micro-batch reaches the second parameter
    }

    /// <summary>The sum is that of float64, to the rounding of its terms.</summary>
    [Theory]
    [InlineData(GradientReduction.Ordered)]
    [InlineData(GradientReduction.Fast)]
    public void Sums_are_those_of_all_micro_batches(GradientReduction reduction)
    {
        const int MicroBatches = 13;
        double[]?[] exact = Gradients(Communicator.Alone, MicroBatches, torch.ScalarType.Float64, GradientReduction.Ordered);
        double[] expected = exact[0]!;
        Assert.All(
            ThreadCommunicator.Run(4, r => Gradients(r, MicroBatches, torch.ScalarType.Float32, reduction)),
            g => Assert.All(expected.Zip(g[0]!), p => Assert.Equal(p.First, p.Second, 1e-5)));
    }

    [Fact]
    public void A_bfloat16_gradient_is_rounded_once()
    {
        double[]?[] exact = Gradients(Communicator.Alone, 13, torch.ScalarType.Float64, GradientReduction.Ordered, rounded: true);
        double[]?[] actual = Gradients(Communicator.Alone, 13, torch.ScalarType.BFloat16, GradientReduction.Ordered);
        Assert.All(exact[0]!.Zip(actual[0]!), p => Assert.Equal(p.First, p.Second, Math.Abs(p.First) / 200 + 1e-6));
    }

    // The gradients that one rank has in the end; those of micro-batch i are a function of i.
    internal static double[]?[] Gradients(
        Communicator ranks, int microBatches, torch.ScalarType dtype, GradientReduction reduction, bool rounded = false,
        ICollectives? collectives = null, long segmentLength = GradientReducer.SegmentLength)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor[] parameters = [.. s_shapes.Select(shape => torch.zeros(shape, dtype: dtype, requires_grad: true))];
        int[] rankOf = [.. Enumerable.Range(0, microBatches).Select(ranks.RankOf)];
        using GradientReducer reducer = new(parameters, ranks, reduction, collectives, segmentLength: segmentLength);
        IReadOnlyList<GradientReducer.Partial> partials = reducer.Local(rankOf, own =>
        {
            using IDisposable noGradient = torch.no_grad();
            foreach (int microBatch in own)
                for (int p = 0; p < parameters.Length; p++)
                    if (p == 0 || (p > 1 && (microBatch + p) % 3 == 0))
                    {
                        Random random = new(microBatch * 10 + p);
                        double[] numbers = [.. Enumerable.Range(0, (int)parameters[p].numel()).Select(_ => random.NextDouble() - 0.5)];
                        torch.Tensor gradient = torch.tensor(numbers).to(torch.ScalarType.Float32).view(parameters[p].shape);
                        gradient = (rounded ? gradient.to(torch.ScalarType.BFloat16) : gradient).to(dtype);
                        parameters[p].grad = parameters[p].grad is { } sum ? sum + gradient : gradient;
                    }
        });
        reducer.Combine(rankOf, partials);
        return [.. parameters.Select(p => p.grad?.to(torch.ScalarType.Float64).data<double>().ToArray())];
    }
}
