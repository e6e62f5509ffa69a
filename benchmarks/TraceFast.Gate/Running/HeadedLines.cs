using System.Text.Json;
using System.Text.Json.Serialization;

namespace TraceFast.Gate.Running;

/// <summary>
/// A file that work adds to as it goes on: a line of JSON that says of what it is, then one for each piece. What follows the last line end
/// was cut off when a process was killed, and counts for nothing.
/// </summary>
internal static class HeadedLines
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Null: there is no file, or no whole line in it.</summary>
    /// <param name="what">What a line should be, for the message.</param>
    /// <exception cref="InputException">A line is something else.</exception>
    public static (THeader Header, List<TLine> Lines)? Read<THeader, TLine>(string path, string what)
    {
        string[] lines = WholeLines(path);
        return lines.Length == 0 ? null
            : (Parse<THeader>(path, 1, lines[0], what), [.. lines.Skip(1).Select((line, i) => Parse<TLine>(path, i + 2, line, what))]);
    }

    public static string Line<T>(T value) => JsonSerializer.Serialize(value, s_json) + "\n";

    /// <summary>Those that have their ends; none where there is no file.</summary>
    public static string[] WholeLines(string path)
    {
        string text = File.Exists(path) ? File.ReadAllText(path) : "";
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static T Parse<T>(string path, int line, string text, string what)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(text, s_json)!;
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}:{line}: no line of {what} ({e.Message}); name another --out, or remove the file", e);
        }
    }
}
