using TraceFast.Training.Steps;

namespace TraceFast.Training.Configuration;

/// <summary>What the advantages of sampled answers are divided by.</summary>
public enum ScaleRewards
{
    Group,
    Batch,
    None,
}

/// <summary>What an answer is worth.</summary>
public enum GrpoReward
{
    Share,
    All,
}

// The keys of stage grpo: answers that are sampled while training. Names and defaults are TRL's where the key is its own.
public sealed partial class RunConfiguration
{
    [Key(KeyGroup.Method, "8", "grpo: answers of each prompt", Min = 2)]
    public int NumGenerations => Get<int>();

    [Key(KeyGroup.Method, "512", "grpo: max tokens of a sampled answer", Min = 1)]
    public int MaxCompletionLength => Get<int>();

    [Key(KeyGroup.Method, "1", "grpo: divides the logits when answers are sampled", Min = 0, Above = true)]
    public double RolloutTemperature => Get<double>();

    [Key(KeyGroup.Method, "group", "grpo: whose standard deviation of rewards advantages are divided by")]
    public ScaleRewards ScaleRewards => Get<ScaleRewards>();

    [Key(KeyGroup.Method, "false", "grpo: answers that did not end are not trained on")]
    public bool MaskTruncatedCompletions => Get<bool>();

    [Key(
        KeyGroup.Method, "share",
        "grpo: the reward of an answer: the share of its prompt's constraints that it obeys, or 1 if it obeys all, else 0")]
    public GrpoReward GrpoReward => Get<GrpoReward>();

    [Key(KeyGroup.Method, "true", "grpo: reward 0 for an answer that is empty, repeats itself or copies its prompt")]
    public bool RewardGuards => Get<bool>();

    /// <summary>How the answers of a step are dealt.</summary>
    /// <param name="ranks">Processes that share a step.</param>
    /// <exception cref="InputException">The answers of a step are no multiple of num_generations.</exception>
    public AnswerPlan Answers(int ranks)
    {
        try
        {
            return new AnswerPlan(PerDeviceTrainBatchSize, GradientAccumulationSteps * ranks, NumGenerations);
        }
        catch (InputException e)
        {
            throw new InputException($"{Where("num_generations")}: {e.Message}", e);
        }
    }
}
