using TraceFast.Gate.Decision;

namespace TraceFast.Gate.Tests.Decision;

public sealed class GateLevelsTests
{
    private static readonly RowBounds s_bounds = new(Tolerance: 0.01, Budget: 0.05);

    [Theory]
    [InlineData(1, 0.2)]
    [InlineData(5, 0.04)]
    [InlineData(20, 0.01)]
    [InlineData(100, 0.01)]
    public void The_confirmation_has_what_the_screening_leaves(int rows, double alpha) =>
        Assert.Equal(alpha, new GateLevels { FalseAlarms = 0.01, Screening = 0.05 }.Confirmation(rows), 12);

    /// <summary>p-values 0.01, 0.02, 0.04 at 0.05: 0.01 ≤ 0.05 / 3, 0.02 ≤ 0.05 / 2, 0.04 ≤ 0.05; with 0.06 the last one stays.</summary>
    [Theory]
    [InlineData(new[] { 0.04, 0.01, 0.02 }, new[] { true, true, true })]
    [InlineData(new[] { 0.06, 0.01, 0.02 }, new[] { false, true, true })]
    [InlineData(new[] { 0.02, 0.02, 0.02 }, new[] { false, false, false })]
    [InlineData(new double[0], new bool[0])]
    public void Holms_procedure_by_hand(double[] p, bool[] slower)
    {
        Shown[] shown = GateLevels.Holm((row, level) => p[row] <= level ? Shown.Slower : Shown.Nothing, p.Length, 0.05);
        Assert.Equal(slower, shown.Select(s => s == Shown.Slower));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.01)]
    public void Equal_arms_and_the_tolerance_fail_in_at_most_one_of_a_hundred_runs(double slowdown)
    {
        const int Runs = 1500;
        int failed = Failed(Runs, 5, slowdown, noise: 0.02, seed: 3);
        Assert.True(failed <= 0.01 * Runs + 4 * Math.Sqrt(0.01 * Runs), $"{failed} of {Runs}");
    }

    [Fact]
    public void A_slowdown_of_the_budget_is_found()
    {
        const int Runs = 300;
        int failed = Failed(Runs, 1, 0.05, noise: 0.02, seed: 4);
        Assert.True(failed >= 0.95 * Runs, $"{failed} of {Runs}");
    }

    [Fact]
    public void A_noisy_row_is_not_decided()
    {
        StageTest stage = new(24);
        double[] differences = [.. Enumerable.Range(0, 24).Select(i => 0.02 + (i % 2 == 0 ? 0.02 : -0.02) * (1 + i / 2))];
        PairDifferences pairs = PairDifferencesTests.Pairs(differences);
        Assert.Equal(Shown.Nothing, stage.Of(pairs, s_bounds, 0.05, 0.02));
        // ((1.6449 + 2.0537) x 1.4826 x 0.13 / ln(1.05 / 1.01))² / 0.9549 = 352.8; pairs come in twos
        Assert.Equal(354, StageTest.PairsNeeded(pairs, s_bounds, 0.05, 0.02));
    }

    [Theory]
    [InlineData(6, new[] { 6 })]
    [InlineData(16, new[] { 6, 8, 10, 12, 16 })]
    [InlineData(22, new[] { 6, 8, 10, 12, 16, 20, 22 })]
    public void Looks_become_rarer(int pairs, int[] looks) => Assert.Equal(looks, new StageTest(pairs).Looks);

    [Theory]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(66)]
    public void Other_numbers_of_pairs_are_refused(int pairs) => Assert.Throws<ArgumentOutOfRangeException>(() => new StageTest(pairs));

    /// <summary>Gate runs that fail, of rows which all are slower by the same share.</summary>
    private static int Failed(int runs, int rows, double slowdown, double noise, int seed)
    {
        GateLevels levels = new();
        StageTest stage = new(24);
        Random random = new(seed);
        int failed = 0;
        for (int run = 0; run < runs; run++)
        {
            PairDifferences[] first = [.. Enumerable.Range(0, rows).Select(_ => Differences(random, 24, slowdown, noise))];
            int suspects = first.Count(d => stage.Of(d, s_bounds, levels.Screening, levels.Missed) == Shown.Slower);
            PairDifferences[] second = [.. Enumerable.Range(0, suspects).Select(_ => Differences(random, 24, slowdown, noise))];
            failed += GateLevels.Holm(
                (row, level) => stage.Of(second[row], s_bounds, level, levels.Missed), suspects, levels.Confirmation(rows))
                .Contains(Shown.Slower) ? 1 : 0;
        }
        return failed;
    }

    private static PairDifferences Differences(Random random, int count, double slowdown, double noise) => PairDifferencesTests.Pairs(
        [.. Enumerable.Range(0, count).Select(_ => Math.Log(1 + slowdown) + noise * SequentialSignedRankTests.Draw(random, "normal"))]);
}
