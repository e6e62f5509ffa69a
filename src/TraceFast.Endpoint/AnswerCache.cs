using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TraceFast.Data.Files;
using TraceFast.Data;

namespace TraceFast.Endpoint;

/// <summary>
/// Answers on disk, one file for each request: FOLDER/ab/ab12....json, named by the request's key. Files are written atomically: a process
/// killed at any instant leaves whole entries only. An entry is valid only if its key, request and answer match their hashes; for a
/// truncated, edited or mismatched one the request is sent again and the file replaced. Processes may share a folder.
/// </summary>
public sealed class AnswerCache
{
    private static readonly JsonWriterOptions s_readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly string _folder;
    private static readonly Lock s_writing = new();

    /// <param name="folder">Created where it is missing.</param>
    /// <exception cref="IOException">It cannot be created.</exception>
    public AnswerCache(string folder)
    {
        _folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(_folder);
    }

    /// <summary>The answer stored under a key; null: there is none, or an invalid one.</summary>
    internal ChatAnswer? Find(string key, Uri address, ReadOnlySpan<byte> body, int sampleIndex)
    {
        string path = PathOf(key);
        byte[] bytes;
        try
        {
            bytes = InputFile.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InputException)
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            JsonElement root = document.RootElement;
            bool same = root.GetProperty("key").GetString() == key
                && root.GetProperty("address").GetString() == address.AbsoluteUri
                && SampleIndex(root) == sampleIndex
                && root.GetProperty("request").GetString() == Encoding.UTF8.GetString(body);
            JsonElement stored = root.GetProperty("answer");
            string? finish = stored.GetProperty("finish_reason").GetString();
            ChatAnswer answer = new(
                stored.GetProperty("text").GetString()!, finish,
                new TokenUsage(Tokens(stored, "prompt_tokens"), Tokens(stored, "completion_tokens")), FromCache: true);
            return same && root.GetProperty("sha256").GetString() == Seal(key, answer) ? answer : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    internal void Store(string key, Uri address, byte[] body, int sampleIndex, ChatAnswer answer)
    {
        string path = PathOf(key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // One at a time: two calls for the same key would write the same temporary file.
        lock (s_writing)
            AtomicFile.Write(path, stream =>
            {
                using Utf8JsonWriter writer = new(stream, s_readable);
                Write(writer, key, address, body, sampleIndex, answer);
            });
    }

    private static void Write(Utf8JsonWriter writer, string key, Uri address, ReadOnlySpan<byte> body, int sampleIndex, ChatAnswer answer)
    {
        writer.WriteStartObject();
        writer.WriteString("key", key);
        writer.WriteString("address", address.AbsoluteUri);
        writer.WriteNumber("sample_index", sampleIndex);
        writer.WriteString("request", body);
        writer.WriteStartObject("answer");
        writer.WriteString("text", answer.Text);
        writer.WriteString("finish_reason", answer.FinishReason);
        Tokens(writer, "prompt_tokens", answer.Usage.PromptTokens);
        Tokens(writer, "completion_tokens", answer.Usage.CompletionTokens);
        writer.WriteEndObject();
        writer.WriteString("sha256", Seal(key, answer));
        writer.WriteEndObject();
    }

    /// <summary>"draw" in entries of older versions.</summary>
    private static int SampleIndex(JsonElement entry) =>
        entry.TryGetProperty("sample_index", out JsonElement index) ? index.GetInt32() : entry.GetProperty("draw").GetInt32();

    private static string Seal(string key, ChatAnswer answer) => HashBuilder.HexOf(FormattableString.Invariant(
        $"{key}\n{answer.FinishReason}\n{answer.Usage.PromptTokens}\n{answer.Usage.CompletionTokens}\n{answer.Text}"));

    private static long? Tokens(JsonElement answer, string name) =>
        answer.GetProperty(name) is { ValueKind: JsonValueKind.Number } value ? value.GetInt64() : null;

    private static void Tokens(Utf8JsonWriter writer, string name, long? value)
    {
        if (value is { } count)
            writer.WriteNumber(name, count);
        else
            writer.WriteNull(name);
    }

    private string PathOf(string key) => Path.Combine(_folder, key[..2], key + ".json");
}
