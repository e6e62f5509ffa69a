using System.Text.Encodings.Web;
using System.Text.Json;
using TraceFast.Data;

namespace TraceFast.Endpoint;

/// <summary>
/// A request to a model: the body of POST /chat/completions (OpenAI's API reference, "Create chat completion") without the model's
/// name, which the endpoint adds. What is null is not sent: the server's own default applies.
/// </summary>
/// <param name="Messages">The chat so far, at least one turn.</param>
public sealed record ChatRequest(IReadOnlyList<ChatMessage> Messages)
{
    private static readonly JsonWriterOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>0: greedy.</summary>
    public double? Temperature { get; init; } = 0;

    public double? TopP { get; init; }

    /// <summary>Maximum number of tokens in the answer.</summary>
    public int? MaxTokens { get; init; }

    public long? Seed { get; init; }

    /// <summary>Which of several independent samples of one request this is: not sent, but part of the cache key.</summary>
    public int SampleIndex { get; init; }

    public static ChatRequest Of(string prompt) => new([ChatMessage.User(prompt)]);

    /// <summary>The same chat with one more exchange, for example the re-prompt for an answer in another format.</summary>
    public ChatRequest Then(string answer, string next) =>
        this with { Messages = [.. Messages, ChatMessage.Assistant(answer), ChatMessage.User(next)] };

    /// <summary>The body in UTF-8: the same bytes for the same request on any machine.</summary>
    internal byte[] Body(string model)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, s_compact))
        {
            writer.WriteStartObject();
            writer.WriteString("model", model);
            writer.WriteStartArray("messages");
            foreach (ChatMessage message in Messages)
            {
                writer.WriteStartObject();
                writer.WriteString("role", message.Role);
                writer.WriteString("content", message.Content);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            if (Temperature is { } temperature)
                writer.WriteNumber("temperature", temperature);
            if (TopP is { } topP)
                writer.WriteNumber("top_p", topP);
            if (MaxTokens is { } maxTokens)
                writer.WriteNumber("max_tokens", maxTokens);
            if (Seed is { } seed)
                writer.WriteNumber("seed", seed);
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>SHA-256 of address, body and sample index, in lower-case hexadecimal; the API key is not part of it.</summary>
    internal static string Key(Uri address, ReadOnlySpan<byte> body, int sampleIndex)
    {
        using HashBuilder hash = new();
        return hash.Add($"POST {address.AbsoluteUri}\n{sampleIndex}\n").Add(body).ToHex();
    }
}

/// <summary>One turn of a chat.</summary>
/// <param name="Role">system, user or assistant.</param>
public sealed record ChatMessage(string Role, string Content)
{
    public static ChatMessage User(string content) => new("user", content);

    public static ChatMessage Assistant(string content) => new("assistant", content);
}

/// <summary>Tokens as the server counted them; null where it did not report them.</summary>
public readonly record struct TokenUsage(long? PromptTokens, long? CompletionTokens);

/// <summary>The model's answer.</summary>
/// <param name="Text">The first choice's content; empty where the server sent none (a refusal, a tool call).</param>
/// <param name="FinishReason">stop, length, content_filter ...; null where the server did not report it.</param>
/// <param name="Usage">Its tokens when the server answered.</param>
/// <param name="FromCache">It was answered before, in this run or an earlier one.</param>
public sealed record ChatAnswer(string Text, string? FinishReason, TokenUsage Usage, bool FromCache = false)
{
    /// <summary>The answer was cut off at the token limit.</summary>
    public bool IsCut => FinishReason == "length";
}
