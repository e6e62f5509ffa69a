using TraceFast.Benchmarks.Scale;
using TraceFast.Training.Distributed;
using TraceFast.Training.Steps;

namespace TraceFast.Benchmarks.Tests.Scale;

/// <summary>What ranks exchange, against counts worked by hand.</summary>
public class ExchangeCostTests
{
    private const double MiB = 1 << 20;

    /// <summary>Two ranks, 1,000 numbers, n = 4,000 bytes: half to the other, half of the sum back.</summary>
    [Fact]
    public void Ordered_two_ranks_send_half_and_half() =>
        // 2 + 4 + 3 (1 - 1/2) + 2/2 + 4 = 12.5 n
        Assert.Equal(new ExchangeCost(2, 4000, 50_000), ExchangeCost.OfGradients(1000, 2, 8, GradientReduction.Ordered));

    /// <summary>Three ranks of two micro-batches each: both partials to two others, 2 x 2 x 4000 / 3, and the sum, 2 x 4000 / 3.</summary>
    [Fact]
    public void Ordered_other_numbers_of_ranks_send_every_micro_batch()
    {
        ExchangeCost cost = ExchangeCost.OfGradients(1000, 3, 2, GradientReduction.Ordered);
        Assert.Equal(4, cost.Messages);
        Assert.Equal(8000, cost.Bytes, 6);
        Assert.Equal(4000 * (12 + 5 + (2.0 / 3) + 4), cost.MemoryBytes, 6);
    }

    /// <summary>16 Mi numbers at a time; with two partials 8 Mi.</summary>
    [Theory]
    [InlineData(16 << 20, 4, 1, 6)]
    [InlineData((16 << 20) + 1, 4, 1, 12)]
    [InlineData(16 << 20, 3, 2, 8)]
    [InlineData(16 << 20, 1024, 8, 2046)]
    public void Ordered_messages_are_those_of_each_segment(long parameters, int ranks, int microBatches, double messages) =>
        Assert.Equal(messages, ExchangeCost.OfGradients(parameters, ranks, microBatches, GradientReduction.Ordered).Messages);

    /// <summary>1 MiB on 8 ranks: 1/2, 1/4 and 1/8 MiB there and back.</summary>
    [Fact]
    public void Fast_halves_and_doubles() => Assert.Equal(
        new ExchangeCost(6, 1.75 * MiB, (3 * 0.875 * MiB) + (4 * MiB)), ExchangeCost.OfGradients(1 << 18, 8, 1, GradientReduction.Fast));

    /// <summary>1 MiB on 6 ranks, four of which halve: two messages before, one after, 1 + 1/2 and the whole.</summary>
    [Fact]
    public void Fast_joins_the_ranks_beyond_a_power_of_two() => Assert.Equal(
        new ExchangeCost(7, 3.5 * MiB, 7.75 * MiB), ExchangeCost.OfGradients(1 << 18, 6, 1, GradientReduction.Fast));

    /// <summary>Short ones, and few ranks: all numbers up the tree and down again.</summary>
    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(5, 6)]
    [InlineData(8, 6)]
    public void Fast_takes_a_tree_for_little(int ranks, double messages) => Assert.Equal(
        new ExchangeCost(messages, messages * 4000, (1.5 * messages * 4000) + (2 * 4000)),
        ExchangeCost.OfGradients(1000, ranks, 1, GradientReduction.Fast));

    /// <summary>1, 25, 25 MiB and a rest of 4,000 bytes, on 4 ranks: the rest takes a tree.</summary>
    [Fact]
    public void Fast_adds_bucket_by_bucket()
    {
        ExchangeCost cost = ExchangeCost.OfGradients((51 << 18) + 1000, 4, 1, GradientReduction.Fast);
        Assert.Equal(4 * 4, cost.Messages);
        Assert.Equal((1.5 * 51 * MiB) + (4 * 4000), cost.Bytes);
    }

    [Fact]
    public void One_rank_sends_nothing()
    {
        Assert.Equal(default, ExchangeCost.OfGradients(1000, 1, 8, GradientReduction.Ordered));
        Assert.Equal(default, ExchangeCost.OfGradients(1000, 1, 8, GradientReduction.Fast));
        Assert.Equal(default, ExchangeCost.OfSums(10, 1));
    }

    /// <summary>Ten quads: 42 numbers of 8 bytes.</summary>
    [Fact]
    public void Sums_are_few() => Assert.Equal(new ExchangeCost(2, 672, 1008), ExchangeCost.OfSums(10, 2));

    [Fact]
    public void Partials_are_those_of_the_sum_tree()
    {
        for (int ranks = 1; ranks <= 17; ranks++)
            for (int microBatches = 1; microBatches <= 8; microBatches++)
                for (int rank = 0; rank < ranks; rank++)
                    Assert.Equal(
                        SumTree.Cover(microBatches * ranks, i => i % ranks == rank).Count, ExchangeCost.PartialsOf(ranks, microBatches));
    }
}
