using TraceFast.Inference.Sampling;

namespace TraceFast.Inference.Decoding;

/// <summary>One prompt to be continued.</summary>
/// <param name="Prompt">Token ids, at least one.</param>
/// <param name="MaxNewTokens">At least one.</param>
public sealed record DecodeRequest(int[] Prompt, int MaxNewTokens)
{
    /// <summary>What the caller knows it by; also the stream of its random numbers.</summary>
    public int Index { get; init; }

    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>A new token with one of these ids is the last one.</summary>
    public IReadOnlySet<int> StopIds { get; init; } = new HashSet<int>();

    /// <summary>The text ends before the first of these.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];
}

/// <summary>Why no further token was computed.</summary>
public enum FinishReason
{
    /// <summary>A stop token or a stop string.</summary>
    Stop,

    /// <summary>The most new tokens, or the end of the model's context.</summary>
    Length,
}

/// <summary>What was decoded for a request.</summary>
/// <param name="Ids">The new tokens, a stop token and the tokens of a stop string included.</param>
/// <param name="Text">Their text without special tokens, without the stop token and up to the stop string.</param>
public sealed record DecodeResult(DecodeRequest Request, int[] Ids, string Text, FinishReason FinishReason);

/// <summary>The text of token ids, without special tokens.</summary>
public delegate string Detokenize(ReadOnlySpan<int> ids);
