namespace TraceFast.Endpoint;

/// <summary>Tokens as the server counted them; null where it did not say.</summary>
public readonly record struct TokenUsage(long? PromptTokens, long? CompletionTokens);

/// <summary>What the model said.</summary>
/// <param name="Text">The first choice's content; empty where the server sent none (a refusal, a tool call).</param>
/// <param name="FinishReason">stop, length, content_filter ...; null where the server did not say.</param>
/// <param name="Usage">What it cost when it was answered.</param>
/// <param name="FromCache">It was answered in this run or an earlier one and read back.</param>
public sealed record ChatAnswer(string Text, string? FinishReason, TokenUsage Usage, bool FromCache = false)
{
    /// <summary>The answer was cut off at the token limit.</summary>
    public bool IsCut => FinishReason == "length";
}
