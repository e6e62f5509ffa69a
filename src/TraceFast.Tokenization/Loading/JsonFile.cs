using System.Text.Json;
using System.Text.Unicode;
using TraceFast.Data.Json;
using TraceFast.Data;

namespace TraceFast.Tokenization.Loading;

/// <summary>Reads the small files of a model folder.</summary>
internal static class JsonFile
{
    /// <summary>A JSON file of the folder, or null where it is absent.</summary>
    public static JsonValue? Read(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        if (!File.Exists(path))
            return null;
        try
        {
            byte[] bytes = ReadBounded(path);
            if (!Utf8.IsValid(bytes))
                throw new InputException($"{path}: found bytes that are no valid UTF-8, expected JSON");
            using JsonDocument document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 64 });
            return new JsonValue(path, "$", document.RootElement.Clone());
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}:{e.LineNumber + 1}: found no valid JSON ({JsonErrors.Describe(e)})", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read ({e.Message})", e);
        }
    }

    /// <summary>The bytes of a configuration or template file; real ones have some kilobytes.</summary>
    public static byte[] ReadBounded(string path)
    {
        const int most = 16 << 20;
        InputFile.RequireRegular(path);
        long length = new FileInfo(path).Length;
        return length <= most
            ? File.ReadAllBytes(path) : throw new InputException($"{path}: found {length} bytes, expected at most {most}");
    }
}
