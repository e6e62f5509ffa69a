using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TraceFast.Endpoint;

/// <summary>
/// What is asked of a model: the body of POST /chat/completions (OpenAI's API reference, "Create chat completion") without the model's
/// name, which the endpoint adds. What is null is not sent, so that the server's own default holds.
/// </summary>
/// <param name="Messages">The chat so far, at least one turn.</param>
public sealed record ChatRequest(IReadOnlyList<ChatMessage> Messages)
{
    private static readonly JsonWriterOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>0: the likeliest token always.</summary>
    public double? Temperature { get; init; } = 0;

    public double? TopP { get; init; }

    /// <summary>At most so many tokens in the answer.</summary>
    public int? MaxTokens { get; init; }

    public long? Seed { get; init; }

    /// <summary>Which of several independent draws of one request this is: not sent, but another answer in the cache.</summary>
    public int SampleIndex { get; init; }

    public static ChatRequest Of(string prompt) => new([ChatMessage.User(prompt)]);

    /// <summary>The same chat with one more exchange, for example the plea to repair an answer.</summary>
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

    /// <summary>SHA-256 of address, body and draw, in lower-case hexadecimal; the API key is no part of it.</summary>
    internal static string Key(Uri address, ReadOnlySpan<byte> body, int draw)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"POST {address.AbsoluteUri}\n{draw}\n"));
        hash.AppendData(body);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
