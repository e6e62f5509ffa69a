using System.Text.Json;

namespace TraceFast.Training.Metrics;

/// <summary>What the answers that a step has sampled are like; in stage grpo part of the step's line of <c>metrics.jsonl</c>.</summary>
public sealed record RolloutMetrics
{
    /// <summary>Mean over the answers.</summary>
    public required double Reward { get; init; }

    /// <summary>Unbiased standard deviation over the answers.</summary>
    public required double RewardStd { get; init; }

    /// <summary>Share of the prompts all of whose answers have the same reward.</summary>
    public required double FracRewardZeroStd { get; init; }

    /// <summary>Mean tokens of an answer, its end token included.</summary>
    public required double CompletionLength { get; init; }

    /// <summary>Share of the answers that did not end by themselves.</summary>
    public required double Truncated { get; init; }

    /// <summary>Share of the answers without a word.</summary>
    public required double Empty { get; init; }

    /// <summary>Share of the answers that repeat themselves.</summary>
    public required double Repeated { get; init; }

    /// <summary>Share of the answers that copy their prompt.</summary>
    public required double Copied { get; init; }

    /// <summary>Tokens of the prompts, each counted with each of its answers: what is read beside these.</summary>
    public required long PromptTokens { get; init; }

    /// <summary>Tokens of all answers.</summary>
    public required long SampledTokens { get; init; }

    /// <summary>Measured: export, decoding and checks.</summary>
    public required double SamplingSeconds { get; init; }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("reward", Reward);
        json.WriteNumber("reward_std", RewardStd);
        json.WriteNumber("frac_reward_zero_std", FracRewardZeroStd);
        json.WriteNumber("completion_length", CompletionLength);
        json.WriteNumber("truncated", Truncated);
        json.WriteNumber("empty", Empty);
        json.WriteNumber("repeated", Repeated);
        json.WriteNumber("copied", Copied);
        json.WriteNumber("prompt_tokens", PromptTokens);
        json.WriteNumber("sampled_tokens", SampledTokens);
    }

    /// <summary>The scalars for TensorBoard; names that TRL has are TRL's.</summary>
    internal IEnumerable<(string Tag, double Value)> Scalars() =>
    [
        ("train/reward", Reward), ("train/reward_std", RewardStd), ("train/frac_reward_zero_std", FracRewardZeroStd),
        ("train/completions/mean_length", CompletionLength), ("train/completions/clipped_ratio", Truncated),
        ("train/completions/empty", Empty), ("train/completions/repeated", Repeated), ("train/completions/copied", Copied),
        ("train/sampled_tokens", SampledTokens), ("train/sampling_s", SamplingSeconds),
    ];
}
