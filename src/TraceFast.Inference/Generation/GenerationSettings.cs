using TraceFast.Inference.Sampling;

namespace TraceFast.Inference.Generation;

/// <summary>What all lines of a run have in common.</summary>
public sealed record GenerationSettings
{
    public int MaxNewTokens { get; init; } = 512;

    public SamplingOptions Sampling { get; init; } = new();

    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Goes on after the tokens that end a text, to the most new tokens.</summary>
    public bool IgnoreStopIds { get; init; }

    /// <summary>Puts around a "prompt" what the tokenizer's post-processor adds (for example a beginning-of-text token).</summary>
    public bool AddSpecialTokens { get; init; }
}
