using TraceFast.Inference.Sampling;

namespace TraceFast.Inference.Generation;

/// <summary>Settings that a user can name, and which then stand against generation_config.json.</summary>
[Flags]
public enum NamedSettings
{
    None = 0,
    MaxNewTokens = 1,
    StopStrings = 2,
    Temperature = 4,
    TopK = 8,
    TopP = 16,
    MinP = 32,
    RepetitionPenalty = 64,
}

/// <summary>What all lines of a run have in common.</summary>
public sealed record GenerationSettings
{
    public int MaxNewTokens { get; init; } = 512;

    public SamplingOptions Sampling { get; init; } = new();

    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Those of the above that the user named.</summary>
    public NamedSettings Named { get; init; }

    /// <summary>Goes on after the tokens that end a text, to the most new tokens.</summary>
    public bool IgnoreStopIds { get; init; }

    /// <summary>Puts around a "prompt" what the tokenizer's post-processor adds (for example a beginning-of-text token).</summary>
    public bool AddSpecialTokens { get; init; }
}
