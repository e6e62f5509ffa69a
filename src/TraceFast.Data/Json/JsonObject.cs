using System.Text.Json;

namespace TraceFast.Data.Json;

/// <summary>
/// The keys of one JSON object and where the value of each lies; values are decoded when a layout asks for them. A key that stands
/// twice is an error: which of the two was meant cannot be known.
/// </summary>
internal sealed class JsonObject
{
    private const int MaxKeys = 10_000;
    private const int LinearSearchLimit = 16;

    private readonly List<KeyValuePair<string, JsonValue>> _fields = [];
    private HashSet<string>? _seen;

    private JsonObject(ReadOnlyMemory<byte> bytes) => Bytes = bytes;

    /// <summary>All of it.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    public IReadOnlyList<KeyValuePair<string, JsonValue>> Fields => _fields;

    public IEnumerable<string> Keys => _fields.Select(entry => entry.Key);

    /// <param name="json">One complete JSON value in valid UTF-8.</param>
    /// <exception cref="RecordException">It is not an object, a key appears twice, or there are too many keys.</exception>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static JsonObject Parse(ReadOnlyMemory<byte> json)
    {
        Utf8JsonReader reader = new(json.Span, new JsonReaderOptions { MaxDepth = JsonRecordFile.MaxDepth });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new RecordException($"a JSON object is expected, found {JsonErrors.NameOf(reader.TokenType)}");
        JsonObject parsed = new(json);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = JsonValue.Decode(ref reader);
            reader.Read();
            JsonTokenType kind = reader.TokenType;
            int from = (int)reader.TokenStartIndex;
            reader.Skip();
            parsed.Add(key, new JsonValue(json[from..(int)reader.BytesConsumed], kind));
        }
        // Anything after the object is an error of the reader's.
        reader.Read();
        return parsed;
    }

    /// <summary>The value of a key; null when it is absent or JSON's null.</summary>
    public JsonValue? Find(string key)
    {
        foreach (KeyValuePair<string, JsonValue> field in _fields)
            if (field.Key == key)
                return field.Value.Kind == JsonTokenType.Null ? null : field.Value;
        return null;
    }

    public bool Has(string key) => Find(key) != null;

    /// <exception cref="RecordException">The key is absent or null.</exception>
    public JsonValue Require(string key) =>
        Find(key)
            ?? throw new RecordException(Keys.Contains(key) ? $"'{key}' is null" : $"the key '{key}' is missing (found: {DescribeKeys()})");

    /// <summary>The string under a key; null when the key is absent or null.</summary>
    /// <exception cref="RecordException">It is no string.</exception>
    public string? FindText(string key) => Find(key)?.Text(key);

    /// <summary>The non-empty string under a key.</summary>
    /// <exception cref="RecordException">The key is absent, no string, or an empty one.</exception>
    public string RequireText(string key)
    {
        string text = Require(key).Text(key);
        return text.Length > 0 ? text : throw new RecordException($"'{key}' is empty");
    }

    public string DescribeKeys()
    {
        const int Shown = 12;
        if (_fields.Count == 0)
            return "none";
        string list = string.Join(", ", Keys.Take(Shown).Select(key => key.Length <= 40 ? key : key[..40] + "..."));
        return _fields.Count <= Shown ? list : $"{list} and {_fields.Count - Shown} more";
    }

    private void Add(string key, JsonValue value)
    {
        if (_fields.Count == MaxKeys)
            throw new RecordException($"more than {MaxKeys} keys in one object");
        if (IsTaken(key))
            throw new RecordException($"the key '{key}' appears twice");
        _fields.Add(new(key, value));
    }

    private bool IsTaken(string key)
    {
        if (_fields.Count < LinearSearchLimit)
        {
            foreach (KeyValuePair<string, JsonValue> field in _fields)
                if (field.Key == key)
                    return true;
            return false;
        }
        _seen ??= [.. Keys];
        return !_seen.Add(key);
    }
}
