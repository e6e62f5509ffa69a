using System.Text.Json;

namespace TraceFast.Endpoint;

/// <summary>Reads a chat completion (OpenAI's API reference, "The chat completion object").</summary>
internal static class CompletionReader
{
    /// <summary>The body's bytes; the read ends at the limit.</summary>
    /// <exception cref="EndpointProtocolException">It is longer than <paramref name="limit"/>.</exception>
    public static async Task<byte[]> ReadBodyAsync(HttpContent content, int limit, CancellationToken cancel)
    {
        if (content.Headers.ContentLength > limit)
            throw TooLong(limit);
        using Stream stream = await content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        using MemoryStream body = new();
        byte[] buffer = new byte[1 << 14];
        while (true)
        {
            int read = await stream.ReadAsync(buffer, cancel).ConfigureAwait(false);
            if (read == 0)
                return body.ToArray();
            if (body.Length + read > limit)
                throw TooLong(limit);
            body.Write(buffer, 0, read);
        }
    }

    /// <exception cref="EndpointProtocolException">It is not a chat completion; names what it is instead.</exception>
    public static ChatAnswer Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw new EndpointProtocolException($"the answer is a JSON {Name(root)}, not a chat completion");
            if (!root.TryGetProperty("choices", out JsonElement choices) || choices.ValueKind != JsonValueKind.Array
                || choices.GetArrayLength() == 0)
                throw new EndpointProtocolException(
                    "the answer is a JSON object without \"choices\"; is the address that of an OpenAI-compatible server (.../v1)?");
            JsonElement choice = choices[0];
            if (choice.ValueKind != JsonValueKind.Object || !choice.TryGetProperty("message", out JsonElement message)
                || message.ValueKind != JsonValueKind.Object)
                throw new EndpointProtocolException("the answer's first choice has no \"message\"");
            string text = message.TryGetProperty("content", out JsonElement content) ? Text(content) : "";
            string? finish = choice.TryGetProperty("finish_reason", out JsonElement reason) && reason.ValueKind == JsonValueKind.String
                ? reason.GetString() : null;
            return new ChatAnswer(text, finish, Usage(root));
        }
        catch (JsonException e)
        {
            throw new EndpointProtocolException("the answer is not JSON", e);
        }
        catch (InvalidOperationException e) // a string with half a surrogate pair
        {
            throw new EndpointProtocolException("the answer's text is not valid Unicode", e);
        }
    }

    private static string Text(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => content.GetString()!,
        JsonValueKind.Null => "",
        _ => throw new EndpointProtocolException($"the message's \"content\" is a JSON {Name(content)}, not a text"),
    };

    private static TokenUsage Usage(JsonElement root)
    {
        if (!root.TryGetProperty("usage", out JsonElement usage) || usage.ValueKind != JsonValueKind.Object)
            return default;
        return new TokenUsage(Count(usage, "prompt_tokens"), Count(usage, "completion_tokens"));
    }

    private static long? Count(JsonElement usage, string name) =>
        usage.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long count)
            && count >= 0 ? count : null;

    private static EndpointProtocolException TooLong(int limit) => new($"the answer is longer than {limit} bytes") { IsTooLong = true };

    private static string Name(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Null => "null",
        _ => value.ValueKind.ToString().ToLowerInvariant(),
    };
}
