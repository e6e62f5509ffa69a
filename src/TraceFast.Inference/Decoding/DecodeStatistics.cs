namespace TraceFast.Inference.Decoding;

/// <summary>What a run has done so far.</summary>
public sealed record DecodeStatistics
{
    /// <summary>Prompt tokens that were computed.</summary>
    public long PromptTokens { get; internal set; }

    /// <summary>Prompt tokens whose keys and values were copied from the common prefix.</summary>
    public long SharedTokens { get; internal set; }

    /// <summary>New tokens of all requests.</summary>
    public long NewTokens { get; internal set; }

    public long Steps { get; internal set; }

    /// <summary>Rows of all steps together; NewTokens / StepRows is the share of useful work.</summary>
    public long StepRows { get; internal set; }

    public long Requests { get; internal set; }

    public TimeSpan PrefillTime { get; internal set; }

    public TimeSpan StepTime { get; internal set; }

    /// <summary>Choosing tokens from logits.</summary>
    public TimeSpan SamplingTime { get; internal set; }
}
