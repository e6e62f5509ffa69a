using TraceFast.Evaluation.Statistics;

namespace TraceFast.Evaluation.Tests.Statistics;

public sealed class PairedTTests
{
    /// <summary>
    /// By hand: mean 2, s = 1, standard error 1/sqrt 3, t = 2 sqrt 3 = 3.4641 with 2 degrees of freedom; t(0.975, 2) = 4.302653. With two
    /// degrees the distribution has a closed form: P(|T| &gt; t) = 1 - t / sqrt(2 + t^2).
    /// </summary>
    [Fact]
    public void Mean_interval_and_p_value_are_those_of_the_textbook()
    {
        PairedT t = PairedT.Of([1, 2, 3]);
        double error = 1 / Math.Sqrt(3), statistic = 2 / error;
        Assert.Equal(2, t.Mean, 12);
        Assert.Equal(2 - (4.302652729749464 * error), t.Interval.Low, 6);
        Assert.Equal(2 + (4.302652729749464 * error), t.Interval.High, 6);
        Assert.Equal(1 - (statistic / Math.Sqrt(2 + (statistic * statistic))), t.PValue, 9);
    }

    [Fact]
    public void The_sign_of_the_differences_changes_nothing_but_the_sign()
    {
        PairedT up = PairedT.Of([0.1, 0.3, -0.05, 0.2]), down = PairedT.Of([-0.1, -0.3, 0.05, -0.2]);
        Assert.Equal(up.PValue, down.PValue, 12);
        Assert.Equal(up.Interval.Low, -down.Interval.High, 12);
    }

    [Fact]
    public void Equal_values_have_no_spread()
    {
        Assert.Equal(1, PairedT.Of([0, 0, 0]).PValue);
        Assert.Equal(0, PairedT.Of([0.5, 0.5]).PValue);
        Assert.Equal(new Interval(0.5, 0.5), PairedT.Of([0.5, 0.5]).Interval);
    }

    [Fact]
    public void One_run_has_no_interval()
    {
        Assert.Throws<ArgumentException>(() => PairedT.Of([1]));
        Assert.Throws<ArgumentException>(() => PairedT.Of([1, double.NaN]));
    }
}
