using TraceFast.Inference.Sampling;

namespace TraceFast.Inference.Decoding;

/// <summary>One prompt to be continued.</summary>
/// <param name="Prompt">Token ids, at least one.</param>
public sealed record DecodeRequest(int[] Prompt, int MaxNewTokens)
{
    /// <summary>The caller's number of it; also the stream of its random numbers.</summary>
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

/// <summary>When a free slot is reused.</summary>
public enum Batching
{
    /// <summary>At once, by the next request (Yu et al. 2022, "Orca"); without one, the remaining rows move together.</summary>
    Continuous,

    /// <summary>
    /// When all rows have finished; until then finished rows are computed too, as in a padded batch. For comparison.
    /// </summary>
    Static,
}

/// <summary>How requests share the engine. None of it changes a result.</summary>
public sealed record DecodeOptions
{
    /// <summary>Most rows of one step.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>Most tokens of a prompt that are computed at once; bounds the memory of a long prompt.</summary>
    public int ChunkLength { get; init; } = 512;

    public Batching Batching { get; init; }

    /// <summary>Called after each step, between computations.</summary>
    public Action? Stepped { get; init; }

    /// <summary>Threads that choose tokens, a row each.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}

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

/// <summary>A model cannot decode what it was given; the message says which request or file, and why.</summary>
public sealed class DecodeException(string message) : InputException(message);
