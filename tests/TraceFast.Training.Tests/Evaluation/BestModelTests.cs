using TraceFast.Data;
using TraceFast.Training.Checkpoints;
using TraceFast.Training.Evaluation;

namespace TraceFast.Training.Tests.Evaluation;

public class BestModelTests
{
    private static Dictionary<string, double> Metrics(string name, double value) => new() { [name] = value };

    [Fact]
    public void Less_loss_is_better_and_an_equal_value_is_no_improvement()
    {
        BestModel best = new("eval_loss", greaterIsBetter: null, patience: 2);
        Assert.True(best.Observe(10, Metrics("eval_loss", 0.7)));
        Assert.True(best.Observe(20, Metrics("eval_loss", 0.6)));
        Assert.False(best.Observe(30, Metrics("eval_loss", 0.6)));
        Assert.False(best.ShouldStop);
        Assert.False(best.Observe(40, Metrics("eval_loss", 0.65)));
        Assert.True(best.ShouldStop);
        Assert.Equal(new BestEvaluation(20, 0.6), best.Best);
    }

    [Theory]
    [InlineData("eval_accuracy", null, true)]
    [InlineData("eval_accuracy", false, false)]
    [InlineData("eval_loss", true, true)]
    public void The_direction_follows_the_name_unless_given(string metric, bool? greater, bool moreIsBetter)
    {
        BestModel best = new(metric, greater, patience: null);
        best.Observe(1, Metrics(metric, 1));
        Assert.Equal(moreIsBetter, best.Observe(2, Metrics(metric, 2)));
        Assert.False(best.ShouldStop);
    }

    [Fact]
    public void A_small_improvement_is_the_best_but_does_not_restart_the_patience()
    {
        BestModel best = new("eval_loss", null, patience: 2, threshold: 0.1);
        best.Observe(1, Metrics("eval_loss", 1));
        Assert.True(best.Observe(2, Metrics("eval_loss", 0.95)));
        Assert.True(best.Observe(3, Metrics("eval_loss", 0.9)));
        Assert.True(best.ShouldStop);
        Assert.Equal(3, best.Best!.Step);
    }

    [Fact]
    public void An_unknown_metric_is_named()
    {
        InputException e = Assert.Throws<InputException>(() => new BestModel("eval_bleu", null, null).Observe(1, Metrics("eval_loss", 1)));
        Assert.Contains("'eval_bleu'", e.Message, StringComparison.Ordinal);
        Assert.Contains("eval_loss", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_restored_count_goes_on()
    {
        BestModel best = new("eval_loss", null, patience: 2);
        best.Restore(new BestEvaluation(5, 0.5), 1, 5);
        Assert.False(best.Observe(6, Metrics("eval_loss", 0.9)));
        Assert.True(best.ShouldStop);
    }
}
