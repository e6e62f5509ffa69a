using System.Text.Json;
using TraceFast.Data;

namespace TraceFast.Models;

/// <summary>
/// A JSON file of a model or adapter, taken as hostile input: size, depth and number of values are bounded, keys are unique,
/// every text is valid Unicode. Errors name the file and, where there is one, the line.
/// </summary>
internal static class JsonFile
{
    private const long LargestFile = 64L << 20;
    private const int DeepestNesting = 32;

    /// <summary>A parsed value takes about this many bytes beside its text.</summary>
    private const int BytesPerValue = 12;

    private const int ValuesAlwaysAllowed = 100_000;

    /// <summary>Reads the file, whose top level must be an object.</summary>
    /// <exception cref="ModelFileException">The file is absent, too large or no such JSON.</exception>
    public static JsonFields ReadObject(string path)
    {
        byte[] text;
        try
        {
            InputFile.RequireRegular(path);
            FileInfo info = new(path);
            if (!info.Exists)
                throw new ModelFileException(path, "the file is missing");
            if (info.Length > LargestFile)
                throw new ModelFileException(path, $"found {info.Length} bytes, expected at most {LargestFile}");
            text = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException(path, $"cannot be read: {e.Message}", e);
        }

        return ParseObject(path, text);
    }

    /// <summary>Parses text that came from <paramref name="path"/>.</summary>
    public static JsonFields ParseObject(string path, byte[] text)
    {
        try
        {
            CheckValues(path, text);
            JsonDocument document = JsonDocument.Parse(
                text, new JsonDocumentOptions { MaxDepth = DeepestNesting, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new ModelFileException(path, $"found {JsonFault.NameOf(document.RootElement.ValueKind)} at the top level, expected an object");
            return new JsonFields(path, "", document.RootElement);
        }
        catch (JsonException e)
        {
            string line = e.LineNumber is long n ? $":{n + 1}" : "";
            throw new ModelFileException(path + line, $"not valid JSON: {JsonFault.Describe(e)}", e);
        }
        catch (InvalidOperationException e)
        {
            throw new ModelFileException(path, $"not valid JSON: {JsonFault.Describe(e)}", e);
        }
    }

    private static void CheckValues(string path, ReadOnlySpan<byte> text)
    {
        Utf8JsonReader reader = new(text, new JsonReaderOptions { MaxDepth = DeepestNesting });
        long most = Math.Max(ValuesAlwaysAllowed, text.Length / BytesPerValue);
        for (long values = 0; reader.Read(); values++)
        {
            if (values == most)
                throw new ModelFileException(path, $"found more than {most} values in {text.Length} bytes of JSON");
            // Reading a text validates it; it is asked for later, where no one expects it to fail.
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                reader.GetString();
        }
    }
}
