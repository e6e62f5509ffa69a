using TraceFast.Gate.Decision;

namespace TraceFast.Gate.Tests.Decision;

public sealed class PairDifferencesTests
{
    [Fact]
    public void A_difference_is_the_log_of_the_slowdown()
    {
        PairDifferences times = new([(new Figure(2), new Figure(3))], lessIsBetter: true);
        Assert.Equal(Math.Log(1.5) - 0.1, Assert.Single(times.First(1, 0.1)), 12);
        PairDifferences rates = new([(new Figure(100), new Figure(50))], lessIsBetter: false);
        Assert.Equal(Math.Log(2), rates.Estimate(), 12);
    }

    /// <summary>Controls that differ by far more than 1 %: b is the slope; by less: nearly 1.</summary>
    [Theory]
    [InlineData(1.0, 0.0)]
    [InlineData(2.5, 0.0)]
    [InlineData(0.3, 0.0)]
    [InlineData(2.5, 0.07)]
    public void What_the_controls_explain_is_taken_out(double slope, double slowdown)
    {
        Random random = new(3);
        PairDifferences pairs = Felt(random, 16, slope, slowdown, spread: 0.3);
        Assert.Equal(slowdown, pairs.Estimate(), 3);
        Assert.All(pairs.First(16, slowdown), e => Assert.InRange(e, -0.003, 0.003));
        PairDifferences quiet = Felt(random, 16, slope, slowdown, spread: 1e-4);
        double[] plain = quiet.First(16, 0);
        Assert.All(plain, e => Assert.InRange(e - slowdown, -6e-4, 6e-4));
    }

    /// <summary>Exchanging the processes of pairs changes the signs of their differences, and nothing else.</summary>
    [Fact]
    public void Under_the_supposed_slowdown_a_pair_can_be_turned_around()
    {
        const double Delta = 0.03;
        Random random = new(4);
        (Figure Base, Figure Head)[] pairs = [.. Enumerable.Range(0, 10).Select(_ => (Any(), Any()))];
        (Figure Base, Figure Head)[] turned =
        [
            .. pairs.Select((p, i) => i % 3 != 0 ? p : (Base: Times(p.Head, Math.Exp(-Delta)), Head: Times(p.Base, Math.Exp(Delta)))),
        ];
        double[] before = new PairDifferences(pairs, true).First(10, Delta), after = new PairDifferences(turned, true).First(10, Delta);
        for (int i = 0; i < before.Length; i++)
            Assert.Equal(i % 3 == 0 ? -before[i] : before[i], after[i], 12);

        Figure Times(Figure figure, double factor) => figure with { Value = factor * figure.Value };
        Figure Any() => new(1 + random.NextDouble(), 1 + random.NextDouble());
    }

    /// <summary>Equal arms whose noise the controls feel, more or less: the level holds at all looks together.</summary>
    [Theory]
    [InlineData(2.0)]
    [InlineData(0.0)]
    public void With_controls_the_test_keeps_its_level(double slope)
    {
        const int Runs = 2000;
        const double Alpha = 0.05;
        SequentialSignedRank test = new StageTest(16).Test;
        Random random = new(5);
        int rejected = Enumerable.Range(0, Runs).Count(
            _ => test.FirstRejection(Felt(random, 16, slope, 0, spread: 0.05, noise: 0.02), 0, 1, Alpha) is not null);
        Assert.InRange(rejected, 0.6 * Alpha * Runs, Alpha * Runs + 4 * Math.Sqrt(Alpha * Runs));
    }

    [Theory]
    [InlineData(new double[] { 3 }, 3)]
    [InlineData(new double[] { 1, 5 }, 3)]
    [InlineData(new double[] { 1, 2, 9 }, 3.5)] // 1, 1.5, 2, 5, 5.5, 9
    public void The_estimate_is_the_median_of_pairwise_means(double[] differences, double median) =>
        Assert.Equal(median, PairDifferences.PseudoMedian(differences), 12);

    [Fact]
    public void Without_pairs_there_is_no_estimate()
    {
        Assert.True(double.IsNaN(new PairDifferences([], lessIsBetter: true).Estimate()));
        (double low, double high) = new PairDifferences([], lessIsBetter: true).Interval(new StageTest(24).Test, 0.95);
        Assert.Equal((double.NegativeInfinity, double.PositiveInfinity), (low, high));
    }

    [Fact]
    public void The_interval_is_where_the_test_does_not_reject()
    {
        SequentialSignedRank test = new StageTest(12).Test;
        PairDifferences pairs = Pairs([0.05, 0.02, 0.08, 0.04, 0.03, 0.06, 0.07, 0.01, 0.05, 0.04, 0.09, 0.02]);
        (double low, double high) = pairs.Interval(test, 0.95);
        Assert.InRange(pairs.Estimate(), low, high);
        Assert.NotNull(test.FirstRejection(pairs, low - 1e-6, 1, 0.025));
        Assert.Null(test.FirstRejection(pairs, low + 1e-6, 1, 0.025));
        Assert.NotNull(test.FirstRejection(pairs, high + 1e-6, -1, 0.025));
        Assert.Null(test.FirstRejection(pairs, high - 1e-6, -1, 0.025));
    }

    /// <summary>Read at whatever look one stops at, the interval holds the true slowdown in at least 95 % of 600 runs.</summary>
    [Fact]
    public void The_interval_covers_at_any_look()
    {
        StageTest stage = new(16);
        Random random = new(2);
        int missed = 0;
        const int Runs = 600;
        for (int run = 0; run < Runs; run++)
        {
            double[] all = [.. Enumerable.Range(0, 16).Select(_ => 0.03 + 0.02 * SequentialSignedRankTests.Draw(random, "normal"))];
            // An eager reader stops where the interval looks best to him: where it first excludes 0.
            double[] seen = stage.Looks.Select(n => all[..n])
                .FirstOrDefault(s => Pairs(s).Interval(stage.Test, 0.95).Low > 0, all);
            (double low, double high) = Pairs(seen).Interval(stage.Test, 0.95);
            missed += low > 0.03 || high < 0.03 ? 1 : 0;
        }
        Assert.True(missed <= 0.05 * Runs + 3 * Math.Sqrt(0.05 * Runs), $"{missed} of {Runs}");
    }

    /// <summary>Pairs without controls that differ by so much.</summary>
    internal static PairDifferences Pairs(double[] differences) =>
        new(differences.Select(d => (new Figure(1), new Figure(Math.Exp(d)))), lessIsBetter: true);

    /// <summary>Processes whose control takes exp(x) and whose row exp(slope x + noise), head's slower besides.</summary>
    private static PairDifferences Felt(Random random, int count, double slope, double slowdown, double spread, double noise = 0)
    {
        return new PairDifferences(Enumerable.Range(0, count).Select(_ => (Process(0), Process(slowdown))), lessIsBetter: true);

        Figure Process(double slower)
        {
            double felt = spread * SequentialSignedRankTests.Draw(random, "normal");
            double own = noise * SequentialSignedRankTests.Draw(random, "normal");
            return new Figure(Math.Exp(slope * felt + own + slower), Math.Exp(felt));
        }
    }
}
