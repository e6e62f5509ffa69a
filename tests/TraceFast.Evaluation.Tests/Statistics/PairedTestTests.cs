using TraceFast.Data;
using TraceFast.Evaluation.Statistics;

namespace TraceFast.Evaluation.Tests.Statistics;

public class PairedTestTests
{
    [Theory]
    // By hand: (1 + 10 + 45) / 1024 x 2; 2 / 2^8; symmetric pairs are never significant.
    [InlineData(2, 8, 2 * 56 / 1024.0)]
    [InlineData(0, 8, 2 / 256.0)]
    [InlineData(8, 0, 2 / 256.0)]
    [InlineData(0, 0, 1)]
    [InlineData(5, 5, 1)]
    // Sums of binomial coefficients in whole numbers, by another program.
    [InlineData(40, 60, 0.05688793364098078)]
    [InlineData(450, 550, 0.0017305360849763176)]
    public void McNemar_is_the_exact_binomial_test(int onlyFirst, int onlySecond, double expected) =>
        Assert.Equal(expected, McNemar.PValue(onlyFirst, onlySecond), 1e-12);

    [Fact]
    public void An_interval_covers_the_value_and_shrinks_with_the_data()
    {
        Interval few = Bootstrap.Of(Shares(40))!.Value, many = Bootstrap.Of(Shares(4000))!.Value;
        Assert.InRange(0.75, few.Low, few.High);
        Assert.InRange(0.75, many.Low, many.High);
        // The normal approximation: 2 x 1.96 sqrt(0.75 x 0.25 / n).
        Assert.Equal(2 * 1.96 * Math.Sqrt(0.1875 / 4000), many.High - many.Low, 0.004);
        Assert.Equal(2 * 1.96 * Math.Sqrt(0.1875 / 40), few.High - few.Low, 0.04);
        Assert.Null(Bootstrap.Of(new Metric("none", [])));
    }

    [Fact]
    public void Intervals_are_the_same_on_every_run_and_machine()
    {
        Assert.Equal(new Interval(0.625, 0.875), Bootstrap.Of(Shares(40)));
    }

    [Fact]
    public void Records_that_are_right_or_wrong_are_compared_by_McNemar_and_others_by_the_bootstrap()
    {
        Metric all = Metric(20, i => 1), half = Metric(20, i => i % 2);
        Comparison binary = Comparison.Of(half, all);
        Assert.Equal((PairedTest.McNemarExact, 0, 10), (binary.Test, binary.OnlyFirst, binary.OnlySecond));
        Assert.Equal(McNemar.PValue(0, 10), binary.PValue);
        Assert.InRange(binary.Difference.Low, 0.2, 0.5);
        Assert.InRange(binary.Difference.High, 0.5, 0.8);

        Comparison parts = Comparison.Of(Metric(20, i => 0.5), Metric(20, i => i % 2 == 0 ? 0.75 : 0.6));
        Assert.Equal(PairedTest.PairedBootstrap, parts.Test);
        Assert.Equal(2.0 / (Bootstrap.Resamples + 1), parts.PValue);
        Comparison same = Comparison.Of(Metric(20, i => 0.5), Metric(20, i => i % 2 == 0 ? 0.25 : 0.75));
        Assert.InRange(same.PValue, 0.5, 1);
    }

    [Fact]
    public void Other_records_cannot_be_compared() =>
        Assert.Contains(
            "same records", Assert.Throws<InputException>(() => Comparison.Of(Metric(3, i => 1), Metric(4, i => 1))).Message,
            StringComparison.Ordinal);

    private static Metric Shares(int units) => Metric(units, i => i % 4 == 0 ? 0 : 1);

    private static Metric Metric(int units, Func<int, double> value) =>
        new("m", [.. Enumerable.Range(0, units).Select(i => new Observation(i, value(i), 1))]);
}
