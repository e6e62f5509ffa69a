using System.Globalization;
using System.Text.Json;

namespace TraceFast.Models;

/// <summary>
/// The keys of one JSON object of a model's file, read with their expected type and range.
/// A key that is absent or null takes the fallback; without one, that is an error naming the file and key.
/// </summary>
internal readonly struct JsonFields
{
    private const double SmallestPositive = 1.2e-38;

    private readonly string where;
    private readonly JsonElement element;

    public JsonFields(string file, string where, JsonElement element)
    {
        File = file;
        this.where = where;
        this.element = element;
    }

    public string File { get; }

    public IEnumerable<string> Keys => element.EnumerateObject().Select(p => p.Name);

    /// <summary>The object's JSON text, as it stands in the file.</summary>
    public string RawText => element.GetRawText();

    /// <summary>Present and not null.</summary>
    public bool Has(string key) => element.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    public JsonElement Value(string key) => element.GetProperty(key);

    public int Int(string key, int? fallback = null, int least = 1, int most = int.MaxValue)
    {
        if (!Has(key))
            return fallback ?? throw Missing(key);
        JsonElement value = element.GetProperty(key);
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out long number) || number < least || number > most)
            throw Bad(key, $"a whole number from {least} to {most}");
        return (int)number;
    }

    public int? OptionalInt(string key, int least = 1) => Has(key) ? Int(key, null, least) : null;

    /// <summary>A number that float32 can hold.</summary>
    public double Double(string key, double? fallback = null)
    {
        if (!Has(key))
            return fallback ?? throw Missing(key);
        JsonElement value = element.GetProperty(key);
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out double number) || Math.Abs(number) > float.MaxValue)
            throw Bad(key, "a finite number in the range of float32");
        return number;
    }

    /// <summary>A number above 0 that float32 can hold, and its inverse too.</summary>
    public double Positive(string key, double? fallback = null) =>
        Double(key, fallback) is >= SmallestPositive and double number ? number : throw Bad(key, "a number above 0");

    public double? OptionalPositive(string key) => Has(key) ? Positive(key) : null;

    public bool Bool(string key, bool? fallback = null)
    {
        if (!Has(key))
            return fallback ?? throw Missing(key);
        return element.GetProperty(key).ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Bad(key, "true or false"),
        };
    }

    public string Text(string key, string? fallback = null)
    {
        if (!Has(key))
            return fallback ?? throw Missing(key);
        JsonElement value = element.GetProperty(key);
        return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Bad(key, "a text");
    }

    public JsonFields? Object(string key)
    {
        if (!Has(key))
            return null;
        JsonElement value = element.GetProperty(key);
        return value.ValueKind == JsonValueKind.Object ? new JsonFields(File, Path(key), value) : throw Bad(key, "an object");
    }

    public IReadOnlyList<string>? Texts(string key)
    {
        if (!Has(key))
            return null;
        JsonElement value = element.GetProperty(key);
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(v => v.ValueKind != JsonValueKind.String))
            throw Bad(key, "an array of texts");
        return [.. value.EnumerateArray().Select(v => v.GetString()!)];
    }

    public IReadOnlyList<int>? Ints(string key, int least, int most)
    {
        if (!Has(key))
            return null;
        JsonElement value = element.GetProperty(key);
        if (value.ValueKind != JsonValueKind.Array
            || value.EnumerateArray().Any(v => v.ValueKind != JsonValueKind.Number || !v.TryGetInt32(out int n) || n < least || n > most))
            throw Bad(key, $"an array of whole numbers from {least} to {most}");
        return [.. value.EnumerateArray().Select(v => v.GetInt32())];
    }

    /// <summary>A token id or a list of them; none where the key is absent.</summary>
    public IReadOnlyList<int> TokenIds(string key, int vocabulary)
    {
        if (!Has(key))
            return [];
        JsonElement value = element.GetProperty(key);
        JsonElement[] ids = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        return Array.TrueForAll(ids, v => v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out int id) && id >= 0 && id < vocabulary)
            ? [.. ids.Select(v => v.GetInt32())]
            : throw Bad(key, string.Create(CultureInfo.InvariantCulture, $"token ids of the model's vocabulary, whole numbers from 0 to {vocabulary - 1}"));
    }

    /// <summary>A list of lists of token ids, none of them empty; none where the key is absent.</summary>
    public IReadOnlyList<IReadOnlyList<int>> TokenIdLists(string key, int vocabulary)
    {
        if (!Has(key))
            return [];
        JsonElement value = element.GetProperty(key);
        bool isList = value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(list =>
            list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0
            && list.EnumerateArray().All(v => v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out int id) && id >= 0 && id < vocabulary));
        return isList ? [.. value.EnumerateArray().Select(IReadOnlyList<int> (list) => [.. list.EnumerateArray().Select(v => v.GetInt32())])]
            : throw Bad(key, string.Create(CultureInfo.InvariantCulture, $"lists of token ids, each of at least one from 0 to {vocabulary - 1}"));
    }

    /// <summary>Names the key, what stands there and what was expected.</summary>
    public ModelFileException Bad(string key, string expected)
    {
        string found = element.TryGetProperty(key, out JsonElement value) ? value.GetRawText() : "nothing";
        if (found.Length > 120)
            found = string.Create(CultureInfo.InvariantCulture, $"{found.AsSpan(0, 120)}...");
        return new ModelFileException(File, $"{Path(key)}: found {found.ReplaceLineEndings(" ")}, expected {expected}");
    }

    private ModelFileException Missing(string key) => new(File, $"{Path(key)}: missing; this kind of file needs it");

    private string Path(string key) => where.Length == 0 ? ModelFileException.Quote(key) : $"{where}.{ModelFileException.Quote(key)}";
}
