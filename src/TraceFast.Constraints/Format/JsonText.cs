using System.Text;
using System.Text.Json;
using TraceFast.Data;

namespace TraceFast.Constraints.Format;

/// <summary>Strict JSON (RFC 8259): no comments, no trailing commas, no key twice in an object; nested at most 512 deep.</summary>
internal static class JsonText
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 512 };

    /// <summary>Parses the answer as data; null with the reason where it is none. The caller disposes it.</summary>
    public static JsonDocument? Parse(Response response, char opening, out string fault)
    {
        fault = "";
        ReadOnlySpan<char> text = Payload.Of(response);
        char closing = opening == '{' ? '}' : ']';
        if (text.Length < 2 || text[0] != opening || text[^1] != closing)
        {
            fault = $"the whole answer is not {(opening == '{' ? "a JSON object" : "a JSON array")}: it does not start with {opening} and end with {closing}";
            return null;
        }

        byte[] utf8 = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        int length = Encoding.UTF8.GetBytes(text, utf8);
        try
        {
            return JsonDocument.Parse(utf8.AsMemory(0, length), Strict);
        }
        catch (JsonException error)
        {
            fault = $"the answer is not valid JSON: {JsonFault.Describe(error)}";
            return null;
        }
    }
}
