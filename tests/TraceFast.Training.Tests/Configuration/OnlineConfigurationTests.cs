using TraceFast.Data;
using TraceFast.Training.Configuration;

namespace TraceFast.Training.Tests.Configuration;

/// <summary>The keys of stage grpo, and what it has no use for.</summary>
public sealed class OnlineConfigurationTests
{
    private static RunConfiguration Read(params string[] lines) => RunConfiguration.Parse(
        string.Join('\n', ["model_name_or_path: m", "dataset: d.jsonl", "output_dir: o", "stage: grpo", .. lines]), "run.yaml");

    [Fact]
    public void Defaults_are_those_of_TRL()
    {
        RunConfiguration c = Read();
        Assert.Equal((8, 512, 1.0), (c.NumGenerations, c.MaxCompletionLength, c.RolloutTemperature));
        Assert.Equal((ScaleRewards.Group, false), (c.ScaleRewards, c.MaskTruncatedCompletions));
        Assert.Equal((GrpoReward.Share, true), (c.GrpoReward, c.RewardGuards));
        Assert.Equal(("mean", true), (c.MetricForBestModel, c.GreaterIsBetter));
        Assert.Empty(c.Notes);
    }

    [Theory]
    [InlineData("num_generations: 1", "num_generations")]
    [InlineData("rollout_temperature: 0", "rollout_temperature")]
    [InlineData("scale_rewards: some", "expected one of group, batch, none")]
    [InlineData("grpo_reward: model", "expected one of share, all")]
    [InlineData("overflow: truncate", "may no longer say what its answers are checked for")]
    [InlineData("truncate: published", "may no longer say what its answers are checked for")]
    [InlineData("max_memory: 4GiB", "stage grpo samples its answers")]
    [InlineData("eval_strategy: steps\nval_size: 0.1", "set predict_with_generate: true")]
    [InlineData(
        "metric_for_best_model: loss\ndo_eval: true\nval_size: 0.1\npredict_with_generate: true", "expected a score of decoded answers")]
    [InlineData("num_iterations: 2", "every sampled answer is trained on once")]
    [InlineData("beta: 0.04", "no term of the distance to a reference")]
    [InlineData("loss_type: dr_grpo", "sft_loss_reduction: token (the default)")]
    [InlineData("reward_funcs: [a]", "rewards are the constraint checkers")]
    public void What_is_not_there_is_refused_with_the_line(string lines, string message)
    {
        InputException e = Assert.Throws<InputException>(() => Read(lines.Split('\n')));
        Assert.Contains("run.yaml:5", e.Message, StringComparison.Ordinal);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_without_effect_are_named()
    {
        IReadOnlyList<string> notes =
            Read("pref_beta: 0.2", "epsilon: 0.2", "beta: 0", "decode_process: own", "report_margins: true").Notes;
        Assert.Equal(3, notes.Count);
        Assert.Contains(notes, n => n.Contains("pref_beta has no effect with stage: grpo", StringComparison.Ordinal));
        Assert.Contains(notes, n => n.Contains("there is no ratio to clip", StringComparison.Ordinal));
        Assert.Contains(notes, n => n.Contains("report_margins has no effect", StringComparison.Ordinal));
        Assert.Contains(
            RunConfiguration.Parse("model_name_or_path: m\ndataset: d\noutput_dir: o\nstage: dpo\nnum_generations: 4").Notes,
            n => n.EndsWith("num_generations has no effect with stage: dpo", StringComparison.Ordinal));
    }

    [Fact]
    public void A_batch_counts_answers()
    {
        RunConfiguration c = Read("per_device_train_batch_size: 6", "gradient_accumulation_steps: 2");
        Assert.Equal(3, c.Answers(2).Prompts);
        InputException e = Assert.Throws<InputException>(() => c.Answers(1));
        Assert.Contains("num_generations is 8, and a step has 12 answers", e.Message, StringComparison.Ordinal);
    }
}
