using System.Text.Json;
using TraceFast.Data.Sampling;
using TraceFast.Tests;

namespace TraceFast.Data.Tests.Sampling;

/// <summary>
/// Vectors made with torch 1.13 and numpy 1.24 (torch.randperm with a seeded generator, default_rng(seed).permutation,
/// numpy.random.seed + permutation + choice); long ones are held as the FNV-1a-style hash below.
/// </summary>
public class SamplingTests
{
    private static ulong Hash(IEnumerable<int> values) =>
        values.Aggregate(14695981039346656037UL, (hash, value) => unchecked((hash ^ (ulong)value) * 1099511628211UL));

    [Fact]
    public void A_short_epoch_is_torch_randperm_of_seed_plus_epoch()
    {
        Assert.Equal([0], SamplerOrder.Epoch(1, 0, 0));
        Assert.Equal([1, 0], SamplerOrder.Epoch(2, 0, 1));
        Assert.Equal([6, 15, 22, 2, 10, 19, 3, 18, 14, 17, 4, 13, 8, 9, 1, 5, 12, 23, 21, 20, 7, 11, 16, 0], SamplerOrder.Epoch(24, 42, 0));
        Assert.Equal([14, 19, 17, 15, 2, 13, 6, 5, 9, 10, 4, 0, 16, 20, 21, 3, 11, 12, 7, 1, 8, 18], SamplerOrder.Epoch(22, 42, 1));
        Assert.Empty(SamplerOrder.Epoch(0, 42, 0));
    }

    [Theory]
    [InlineData(24, 43, 1475438049877084915UL)]
    [InlineData(1000, 0, 9140196482597870297UL)]
    [InlineData(1000, 7, 11602682859570559991UL)]
    [InlineData(100000, 42, 13716210190920223363UL)]
    [InlineData(100000, 123456789, 13023396058370494417UL)]
    [InlineData(300, 4294967301, 5359701600638412669UL)]
    [InlineData(300, -1, 7845424397566752221UL)]
    [InlineData(1000000, 3, 8101658998357119231UL)]
    public void A_long_epoch_is_torch_randperm(int count, long seed, ulong hash) =>
        Assert.Equal(hash, Hash(SamplerOrder.RandomPermutation(count, seed)));

    [Fact]
    public void Without_shuffling_the_order_is_the_files() => Assert.Equal([0, 1, 2, 3], SamplerOrder.Epoch(4, 42, 3, shuffle: false));

    [Theory]
    [InlineData("run_a")]
    [InlineData("run_b")]
    [InlineData("run_c")]
    public void The_published_trainers_order_is_reproduced(string run)
    {
        using JsonDocument golden = JsonDocument.Parse(
            File.ReadAllBytes(Oracles.Require("oracles", "published-trainer", run, "golden.json")));
        int[] expected = golden.RootElement.GetProperty("meta").GetProperty("order_of_records").EnumerateArray()
            .SelectMany(batch => batch.EnumerateArray().Select(n => n.GetInt32())).ToArray();
        int[] epochs = [.. SamplerOrder.Epoch(24, 42, 0), .. SamplerOrder.Epoch(24, 42, 1)];
        Assert.True(expected.Length >= 24);
        Assert.Equal(expected, epochs[..expected.Length]);
    }

    [Theory]
    [InlineData(1, 0UL, 12638153115695167455UL)]
    [InlineData(2, 1UL, 590682968308805178UL)]
    [InlineData(10, 42UL, 15716674102850525332UL)]
    [InlineData(24, 42UL, 17643041250822528317UL)]
    [InlineData(1000, 0UL, 17864580437829116307UL)]
    [InlineData(1000, (1UL << 40) + 17, 8012587093765608763UL)]
    [InlineData(65536, 42UL, 6127054075095449575UL)]
    [InlineData(65537, 7UL, 4821812997349673867UL)]
    [InlineData(100000, 1UL, 12081458394713019685UL)]
    [InlineData(1000000, 1UL << 63, 8730957539269863299UL)]
    public void Permutation_is_numpy_default_rngs(int count, ulong seed, ulong hash) =>
        Assert.Equal(hash, Hash(new NumpyGenerator(seed).Permutation(count)));

    [Fact]
    public void Doubles_are_numpy_default_rngs()
    {
        NumpyGenerator generator = new(42);
        Assert.Equal([0.7739560485559633, 0.4388784397520523, 0.8585979199113825],
            [generator.NextDouble(), generator.NextDouble(), generator.NextDouble()]);
    }

    [Theory]
    [InlineData(1, 0u, 12638153115695167455UL, 2800837126342463695UL, new[] { 2, 0, 1, 3, 4 })]
    [InlineData(10, 42u, 14208252564992632242UL, 17345192951340490650UL, new[] { 2, 3, 4, 1, 0 })]
    [InlineData(1000, 42u, 1291987665925908879UL, 15490386032440755009UL, new[] { 2, 1, 0, 4, 3 })]
    [InlineData(65537, 7u, 15049909875695723143UL, 17798012053742018978UL, new[] { 1, 4, 2, 0, 3 })]
    public void The_legacy_generator_is_numpys(int count, uint seed, ulong permutation, ulong choice, int[] next)
    {
        NumpyRandomState state = new(seed);
        Assert.Equal(permutation, Hash(state.Permutation(count)));
        Assert.Equal(choice, Hash(state.Choice(count, 37)));
        Assert.Equal(next, state.Permutation(5));
    }

    [Fact]
    public void A_share_takes_the_first_ceiling_of_the_permutation_as_test_split()
    {
        // default_rng(42).permutation(10) = 5 6 0 7 3 2 4 9 1 8; ceil(0.25 * 10) = 3
        (int[] train, int[] test) = TrainTestSplit.Split(10, 0.25, 42);
        Assert.Equal([5, 6, 0], test);
        Assert.Equal([7, 3, 2, 4, 9, 1, 8], train);
        (train, test) = TrainTestSplit.Split(10, 2, 42);
        Assert.Equal([5, 6], test);
        Assert.Equal([0, 7, 3, 2, 4, 9, 1, 8], train);
    }

    [Theory]
    [InlineData(10, 0)]
    [InlineData(10, -0.5)]
    [InlineData(10, 1.5)]
    [InlineData(10, 10)]
    [InlineData(10, 0.95)]
    [InlineData(1, 0.1)]
    [InlineData(10, double.NaN)]
    public void A_split_that_leaves_a_side_empty_is_refused(int count, double size) =>
        Assert.Contains(
            "val_size", Assert.Throws<InputException>(() => TrainTestSplit.Split(count, size, 42)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_published_runs_validation_split_is_reproduced()
    {
        using JsonDocument golden = JsonDocument.Parse(
            File.ReadAllBytes(Oracles.Require("oracles", "published-trainer", "run_f", "golden.json")));
        JsonElement meta = golden.RootElement.GetProperty("meta");
        int[] Numbers(string key) => meta.GetProperty(key).EnumerateArray().Select(n => n.GetInt32()).ToArray();
        (int[] train, int[] test) = TrainTestSplit.Split(24, 0.25, 42);
        Assert.Equal(Numbers("train_split"), train);
        Assert.Equal(Numbers("eval_split"), test);
    }
}
