using System.Text;
using System.Text.Json;

namespace TraceFast.Tokenization.Loading;

/// <summary>A reader's current token in a few words, for a message.</summary>
internal static class JsonReaderDescription
{
    public static string Describe(this ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.EndArray => "the end of the array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number when reader.ValueSpan.Length > 40 => "a number of many digits",
        JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null =>
            Encoding.UTF8.GetString(reader.ValueSpan),
        _ => $"a JSON {reader.TokenType}",
    };
}
