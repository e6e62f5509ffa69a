using TraceFast.Data;
using TraceFast.Training.Steps;

namespace TraceFast.Training.Tests.Steps;

public sealed class AnswerPlanTests
{
    [Theory]
    [InlineData(8, 1, 8, 1)]
    [InlineData(4, 4, 8, 2)]
    [InlineData(3, 2, 2, 3)]
    [InlineData(64, 2, 8, 16)]
    public void A_step_has_so_many_prompts(int microBatch, int accumulation, int generations, int prompts) =>
        Assert.Equal(prompts, new AnswerPlan(microBatch, accumulation, generations).Prompts);

    [Theory]
    [InlineData(4, 1, 8)]
    [InlineData(12, 1, 8)]
    [InlineData(3, 3, 2)]
    public void Answers_that_make_no_whole_groups_are_refused(int microBatch, int accumulation, int generations)
    {
        InputException e = Assert.Throws<InputException>(() => new AnswerPlan(microBatch, accumulation, generations));
        Assert.Contains($"a step has {microBatch * accumulation} answers", e.Message, StringComparison.Ordinal);
        Assert.Contains("multiple of num_generations", e.Message, StringComparison.Ordinal);
    }

    /// <summary>As in the figure of TRL's sampler: three answers a micro-batch, two to a prompt.</summary>
    [Fact]
    public void Groups_lie_in_a_row_and_may_be_cut_by_micro_batches()
    {
        OptimizerStep step = new AnswerPlan(3, 2, 2).Answers(new OptimizerStep(5, 1.5, [new MicroBatch(5, 1, [40, 7, 9])]));
        Assert.Equal([[0, 1, 2], [3, 4, 5]], step.MicroBatches.Select(m => m.Records));
        Assert.Equal([10, 11], step.MicroBatches.Select(m => m.Number));
        Assert.Equal([0, 1], step.MicroBatches.Select(m => m.Place));
        Assert.Equal((5, 1.5, 1), (step.Number, step.EpochAfter, step.MicroBatches[0].Epoch));
    }

    [Fact]
    public void The_last_step_of_an_epoch_may_be_short()
    {
        OptimizerStep step = new AnswerPlan(4, 2, 2).Answers(new OptimizerStep(1, 1, [new MicroBatch(1, 0, [3, 2, 8])]));
        Assert.Equal([4, 2], step.MicroBatches.Select(m => m.Records.Count));
    }
}
