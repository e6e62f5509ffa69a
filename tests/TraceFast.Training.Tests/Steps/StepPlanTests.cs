using System.Text.Json;
using TraceFast.Data;
using TraceFast.Data.Sampling;
using TraceFast.Training.Steps;

namespace TraceFast.Training.Tests.Steps;

public sealed class StepPlanTests
{
    private static readonly string[] s_huggingFaceRuns = [
        "dpo_lora", "dpo_lora_repeat", "iopo_lora", "sft_full", "sft_full_tied", "sft_lora", "sft_lora_mean_of_means"];

    [Fact]
    public void Micro_batches_of_every_step_equal_the_transformers_runs()
    {
        foreach (string run in s_huggingFaceRuns)
        {
            JsonElement trajectory = Json("hf", "trajectories", run, "trajectory.json");
            JsonElement meta = trajectory.GetProperty("meta");
            int records = new[] { "pairs", "records", "examples" }.Where(k => meta.TryGetProperty(k, out _))
                .Select(k => meta.GetProperty(k).GetInt32()).Single();
            int total = meta.GetProperty("total_steps").GetInt32();
            StepPlan plan = Plan(
                records, meta.GetProperty("per_device_batch").GetInt32(), meta.GetProperty("accumulation").GetInt32(), maxSteps: total);
            Assert.Equal(total, plan.TotalSteps);
            int n = 0;
            foreach (JsonElement step in trajectory.GetProperty("steps_float32").EnumerateArray())
            {
                int[][] expected = [.. step.GetProperty("micro_batches").EnumerateArray().Select(m =>
                    m.EnumerateObject().Single(p => p.Name.EndsWith("_indices", StringComparison.Ordinal)).Value.EnumerateArray()
                        .Select(i => i.GetInt32()).ToArray())];
                Assert.Equal(expected, plan.Step(n++).MicroBatches.Select(m => m.Records.ToArray()));
            }
            Assert.Equal(total, n);
        }
    }

    [Fact]
    public void Micro_batches_of_every_step_equal_the_published_runs()
    {
        foreach ((string run, int batch, int accumulation) in new[] { ("run_a", 1, 4), ("run_b", 2, 2), ("run_c", 1, 4) })
        {
            JsonElement golden = Json("published-trainer", run, "golden.json");
            int[][] order = [
                .. golden.GetProperty("meta").GetProperty("order_of_records").EnumerateArray()
                    .Select(m => m.EnumerateArray().Select(i => i.GetInt32()).ToArray())];
            StepPlan plan = new(
                new StepPlanOptions(24, batch, accumulation, 2, -1, false, LossReduction.Published),
                epoch => SamplerOrder.Epoch(24, 42, epoch));
            Assert.Equal(golden.GetProperty("meta").GetProperty("num_training_steps").GetInt32(), plan.TotalSteps);
            int n = 0;
            foreach (JsonElement step in golden.GetProperty("optimizer_steps").EnumerateArray())
            {
                OptimizerStep planned = plan.Step(n++);
                Assert.Equal(
                    step.GetProperty("micro_steps").EnumerateArray().Select(m => m.GetInt32()), planned.MicroBatches.Select(m => m.Number));
                Assert.Equal(planned.MicroBatches.Select(m => order[m.Number]), planned.MicroBatches.Select(m => m.Records));
            }
            Assert.Equal(plan.TotalSteps, n);
        }
    }

    [Fact]
    public void Published_rule_carries_left_over_micro_batches_and_never_reads_the_last()
    {
        // 22 records, accumulation 4, two epochs: 5 steps each; step 5 takes micro-batches 20 to 23 across the border, 40 to 43 are never
        // read.
        StepPlan plan = new(
            new StepPlanOptions(22, 1, 4, 2, -1, false, LossReduction.Published),
            epoch => [.. Enumerable.Range(0, 22).Select(i => (i + epoch) % 22)]);
        Assert.Equal(10, plan.TotalSteps);
        OptimizerStep across = plan.Step(5);
        Assert.Equal([20, 21, 22, 23], across.MicroBatches.Select(m => m.Number));
        Assert.Equal([0, 0, 1, 1], across.MicroBatches.Select(m => m.Epoch));
        Assert.Equal([20, 21, 1, 2], across.Records);
        Assert.Equal([36, 37, 38, 39], plan.Step(9).MicroBatches.Select(m => m.Number));
    }

    [Fact]
    public void Published_rule_steps_at_the_end_of_an_epoch_shorter_than_the_accumulation_and_at_multiples_too()
    {
        // 3 micro-batches an epoch, accumulation 4: transformers 4.43 steps at 3 (epoch end), 4 (multiple), 6 (epoch end) ...
        StepPlan plan = new(new StepPlanOptions(3, 1, 4, 3, -1, false, LossReduction.Published), _ => [0, 1, 2]);
        Assert.Equal(3, plan.TotalSteps);
        Assert.Equal(
            [[0, 1, 2], [3], [4, 5]], Enumerable.Range(0, 3).Select(s => plan.Step(s).MicroBatches.Select(m => m.Number).ToArray()));
    }

    [Fact]
    public void Published_steps_follow_the_training_loop_for_every_small_epoch()
    {
        for (int records = 1; records <= 9; records++)
        {
            for (int accumulation = 1; accumulation <= 9; accumulation++)
            {
                StepPlan plan = new(
                    new StepPlanOptions(records, 1, accumulation, 1, 40, false, LossReduction.Published),
                    _ => [.. Enumerable.Range(0, records)]);
                int step = 0;
                // The loop itself: a step at multiples of the accumulation, and at the end of an epoch no longer than it.
                for (int read = 1; step < 40; read++)
                    if (read % accumulation == 0 || (records <= accumulation && read % records == 0))
                        Assert.Equal(read - 1, plan.Step(step++).MicroBatches[^1].Number);
            }
        }
        // A long run costs nothing to plan.
        StepPlan longRun = new(new StepPlanOptions(3, 1, 2, 1, 400_000_000, false, LossReduction.Published), _ => [0, 1, 2]);
        Assert.Equal([799_999_998, 799_999_999], longRun.Step(399_999_999).MicroBatches.Select(m => m.Number));
    }

    [Theory]
    [InlineData(10, 2, 2, 1.0, -1, 3)]      // ceil(5 / 2) steps
    [InlineData(10, 2, 2, 2.5, -1, 8)]      // ceil(2.5 * 3)
    [InlineData(10, 2, 2, 0.1, -1, 1)]
    [InlineData(10, 2, 2, 3.0, 7, 7)]
    [InlineData(1, 8, 16, 3.0, -1, 3)]
    public void Steps_of_a_run(int records, int batch, int accumulation, double epochs, int maxSteps, int expected) =>
        Assert.Equal(expected, Plan(records, batch, accumulation, epochs, maxSteps).TotalSteps);

    [Fact]
    public void Epoch_counts_what_was_read()
    {
        StepPlan plan = Plan(10, 2, 2, 2);
        Assert.Equal(
            [0.4, 0.8, 1.0, 1.4, 1.8, 2.0], Enumerable.Range(0, 6).Select(s => plan.Step(s).EpochAfter), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal([8, 9], plan.Step(2).Records);
    }

    [Fact]
    public void A_last_micro_batch_that_is_not_full_can_be_left_out()
    {
        StepPlan plan = new(new StepPlanOptions(5, 2, 1, 1, -1, true, LossReduction.Records), _ => [4, 3, 2, 1, 0]);
        Assert.Equal(2, plan.TotalSteps);
        Assert.Equal([2, 1], plan.Step(1).Records);
        InputException tooFew = Assert.Throws<InputException>(
            () => new StepPlan(new StepPlanOptions(1, 2, 1, 1, -1, true, LossReduction.Records), _ => [0]));
        Assert.Contains("do not fill a micro-batch of 2", tooFew.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_record_and_too_many_steps_are_input_errors()
    {
        Assert.Contains("holds no record", Assert.Throws<InputException>(() => Plan(0, 1, 1)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "more than can be counted", Assert.Throws<InputException>(() => Plan(10, 1, 1, 1e300)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_step_can_be_asked_for_first()
    {
        int[] Order(int epoch) => [.. Enumerable.Range(0, 23).Select(i => (7 * i + 5 * epoch) % 23)];
        foreach (LossReduction rule in Enum.GetValues<LossReduction>())
        {
            StepPlanOptions options = new(23, 2, 3, 4, -1, false, rule);
            StepPlan inOrder = new(options, Order);
            OptimizerStep[] all = [.. Enumerable.Range(0, inOrder.TotalSteps).Select(inOrder.Step)];
            for (int s = inOrder.TotalSteps - 1; s >= 0; s--)
                Assert.Equal(all[s].Records, new StepPlan(options, Order).Step(s).Records);
            // Micro-batches follow each other without gap or overlap.
            Assert.Equal(
                Enumerable.Range(0, all.Sum(s => s.MicroBatches.Count)), all.SelectMany(s => s.MicroBatches.Select(m => m.Number)));
        }
    }

    private static StepPlan Plan(int records, int batch, int accumulation, double epochs = 3, int maxSteps = -1) =>
        new(new StepPlanOptions(records, batch, accumulation, epochs, maxSteps, false, LossReduction.Microbatch),
            _ => [.. Enumerable.Range(0, records)]);

    private static JsonElement Json(params string[] path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Oracles.Require(["oracles", .. path])));
        return document.RootElement.Clone();
    }
}
