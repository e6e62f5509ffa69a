namespace TraceFast.Evaluation.Tests;

public class MetricTests
{
    [Fact]
    public void A_metric_is_a_ratio_of_sums_not_a_mean_of_ratios()
    {
        Metric metric = new("instruction_strict", [new(0, 1, 1), new(1, 1, 3)]);
        Assert.Equal(4, metric.Count);
        Assert.Equal(0.5, metric.Value);
        Assert.True(double.IsNaN(new Metric("none", []).Value));
    }
}
