using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TraceFast.Endpoint;

/// <summary>
/// Answers on disk, one file for each request: FOLDER/ab/ab12....json, named by the request's key. A file is written aside, flushed to disk and renamed, so
/// that a process killed at any instant leaves whole entries only; an entry is believed only if its key, its request and its answer fit together by their
/// hashes, so that a torn, edited or foreign file is asked anew and overwritten. Processes may share a folder.
/// </summary>
public sealed class AnswerCache
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly string folder;

    /// <param name="folder">Made where it is missing.</param>
    /// <exception cref="IOException">It can not be made.</exception>
    public AnswerCache(string folder)
    {
        this.folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(this.folder);
    }

    /// <summary>The answer kept under a key; null: there is none, or none that can be believed.</summary>
    internal ChatAnswer? Find(string key, Uri address, ReadOnlySpan<byte> body, int draw)
    {
        string path = PathOf(key);
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            JsonElement root = document.RootElement;
            bool same = root.GetProperty("key").GetString() == key
                && root.GetProperty("address").GetString() == address.AbsoluteUri
                && root.GetProperty("draw").GetInt32() == draw
                && root.GetProperty("request").GetString() == Encoding.UTF8.GetString(body);
            JsonElement kept = root.GetProperty("answer");
            string? finish = kept.GetProperty("finish_reason").GetString();
            ChatAnswer answer = new(kept.GetProperty("text").GetString()!, finish, new TokenUsage(Tokens(kept, "prompt_tokens"), Tokens(kept, "completion_tokens")), FromCache: true);
            return same && root.GetProperty("sha256").GetString() == Seal(key, answer) ? answer : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <exception cref="IOException">It can not be written.</exception>
    internal void Keep(string key, Uri address, ReadOnlySpan<byte> body, int draw, ChatAnswer answer)
    {
        string path = PathOf(key);
        string aside = $"{path}.{Environment.ProcessId}.{Guid.NewGuid():N}.new";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            using (FileStream stream = new(aside, FileMode.CreateNew, FileAccess.Write))
            {
                using (Utf8JsonWriter writer = new(stream, Readable))
                    Write(writer, key, address, body, draw, answer);
                stream.Flush(flushToDisk: true);
            }

            File.Move(aside, path, overwrite: true);
        }
        catch
        {
            File.Delete(aside);
            throw;
        }
    }

    private static void Write(Utf8JsonWriter writer, string key, Uri address, ReadOnlySpan<byte> body, int draw, ChatAnswer answer)
    {
        writer.WriteStartObject();
        writer.WriteString("key", key);
        writer.WriteString("address", address.AbsoluteUri);
        writer.WriteNumber("draw", draw);
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

    private static string Seal(string key, ChatAnswer answer) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{key}\n{answer.FinishReason}\n{answer.Usage.PromptTokens}\n{answer.Usage.CompletionTokens}\n{answer.Text}"))));

    private static long? Tokens(JsonElement kept, string name) => kept.GetProperty(name) is { ValueKind: JsonValueKind.Number } value ? value.GetInt64() : null;

    private static void Tokens(Utf8JsonWriter writer, string name, long? value)
    {
        if (value is { } count)
            writer.WriteNumber(name, count);
        else
            writer.WriteNull(name);
    }

    private string PathOf(string key) => Path.Combine(folder, key[..2], key + ".json");
}
