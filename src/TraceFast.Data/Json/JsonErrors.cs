using System.Text.Json;
using System.Text.RegularExpressions;

namespace TraceFast.Data.Json;

/// <summary>
/// What is wrong with a JSON text, in words for whoever wrote the text: .NET's reader and serializer speak of their own options, types and
/// members.
/// </summary>
public static partial class JsonErrors
{
    /// <summary>A byte order mark that is where a value is due.</summary>
    internal const string ByteOrderMark = "unexpected byte order mark (U+FEFF), as when files are joined with cat; remove it";

    private static ReadOnlySpan<byte> Utf8Bom => [0xEF, 0xBB, 0xBF];

    /// <summary>The fault, without its place.</summary>
    /// <param name="fault">What the reader or the serializer threw, or what reading a value as another kind did.</param>
    public static string Describe(Exception fault)
    {
        string message = fault.Message;
        int place = PositionAtEnd().Match(message) is { Success: true } match ? match.Index : message.Length;
        string what = message[..place].TrimEnd('.', ' ');
        return message switch
        {
            _ when message.Contains("trailing comma", StringComparison.Ordinal) =>
                "trailing comma before the closing "
                + $"{(message.Contains("array", StringComparison.Ordinal) ? "']' of a list" : "'}' of an object")}",
            _ when message.Contains("open JSON object or array", StringComparison.Ordinal) =>
                "it ends before all objects and lists are closed",
            _ when message.Contains("does not contain any JSON", StringComparison.Ordinal) => "it is empty",
            _ when message.Contains("end of data", StringComparison.Ordinal) => "it ends in the middle of a value",
            _ when Depth().Match(message) is { Success: true } deep => $"it is nested deeper than {deep.Groups[1].Value} levels",
            _ when message.Contains("could not be converted", StringComparison.Ordinal) => $"{At(message)}has a value of the wrong kind",
            _ when Missing().Match(message) is { Success: true } missing =>
                $"the keys {missing.Groups[1].Value.TrimEnd('.', ' ')} are missing",
            _ when Twice().Match(message) is { Success: true } twice => $"the key '{twice.Groups[1].Value}' appears twice",
            _ when Unknown().Match(message) is { Success: true } unknown => $"the key '{unknown.Groups[1].Value}' is not known",
            _ when message.Contains("requires an element of type", StringComparison.Ordinal) => "a value is of the wrong kind",
            _ when fault is KeyNotFoundException => "a key that is needed is missing",
            _ when message.Contains("transcode", StringComparison.Ordinal) || message.Contains("UTF-16", StringComparison.Ordinal) =>
                "a string is no valid text",
            _ => what,
        };
    }

    /// <summary>The same where the text is at hand, so that a byte order mark in it can be named.</summary>
    /// <param name="fault">What the reader threw.</param>
    /// <param name="text">The whole text that it read.</param>
    public static string Describe(JsonException fault, ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> rest = text;
        for (long line = fault.LineNumber ?? 0; line > 0; line--)
            rest = rest[(rest.IndexOf((byte)'\n') + 1)..];
        long at = fault.BytePositionInLine ?? 0;
        return at <= rest.Length && rest[(int)at..].StartsWith(Utf8Bom) ? ByteOrderMark : Describe(fault);
    }

    /// <summary>What sort of value something is, in a few words.</summary>
    public static string NameOf(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Null => "null",
        _ => "nothing",
    };

    /// <summary>The same of the value that begins with a token.</summary>
    public static string NameOf(JsonTokenType token) => NameOf(token switch
    {
        JsonTokenType.StartObject => JsonValueKind.Object,
        JsonTokenType.StartArray => JsonValueKind.Array,
        JsonTokenType.String => JsonValueKind.String,
        JsonTokenType.Number => JsonValueKind.Number,
        JsonTokenType.True or JsonTokenType.False => JsonValueKind.True,
        JsonTokenType.Null => JsonValueKind.Null,
        _ => JsonValueKind.Undefined,
    });

    /// <summary>The value that a reader is on in a few words: numbers, booleans and null as they are.</summary>
    public static string Describe(ref Utf8JsonReader reader)
    {
        const int shown = 40;
        ReadOnlySpan<byte> value = reader.ValueSpan;
        return reader.TokenType is JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null
            ? System.Text.Encoding.UTF8.GetString(value[..Math.Min(value.Length, shown)]) + (value.Length > shown ? "..." : "")
            : NameOf(reader.TokenType);
    }

    private static string At(string message) => ValuePath().Match(message) is { Success: true } path ? $"{path.Groups[1].Value} " : "it ";

    [GeneratedRegex(@" (Path|LineNumber): ")]
    private static partial Regex PositionAtEnd();

    [GeneratedRegex(@"maximum (?:configured )?depth of (\d+)")]
    private static partial Regex Depth();

    [GeneratedRegex(@"missing required properties[^:]*: (.*?)(?: Path: |$)")]
    private static partial Regex Missing();

    [GeneratedRegex(@"Duplicate property '(.*?)' encountered")]
    private static partial Regex Twice();

    [GeneratedRegex(@"The JSON property '([^']*)' could not be mapped")]
    private static partial Regex Unknown();

    [GeneratedRegex(@"Path: \$\.?(\S+)")]
    private static partial Regex ValuePath();
}
