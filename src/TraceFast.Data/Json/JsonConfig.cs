using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace TraceFast.Data.Json;

/// <summary>
/// One value of a JSON file that describes a model (config.json, tokenizer.json, adapter_config.json ...), with its file and path, so that
/// every error names both: <c>FILE: 'rope_scaling.factor': found -1, expected a number above 0</c>. Files are taken as hostile: size,
/// nesting and number of values are bounded, keys are unique, all text is valid.
/// </summary>
public readonly struct JsonConfig
{
    private const int MaxDepth = 64;
    private const int ShownCharacters = 120;
    private const double SmallestPositive = 1.2e-38;

    /// <summary>A parsed value takes 12 bytes beside its text: the tree is to take three times the text at most.</summary>
    private const int BytesPerValue = 4;

    private const int ValuesAlwaysAllowed = 100_000;

    private readonly JsonElement _element;

    private JsonConfig(string file, string path, JsonElement element)
    {
        File = file;
        Path = path;
        _element = element;
    }

    public string File { get; }

    /// <summary>From the root: <c>pre_tokenizer.pretokenizers[0]</c>; empty for the root.</summary>
    public string Path { get; }

    public JsonElement Element => _element;

    public bool IsArray => _element.ValueKind == JsonValueKind.Array;

    public bool IsObject => _element.ValueKind == JsonValueKind.Object;

    public IEnumerable<string> Keys => Members().Select(m => m.Name);

    /// <summary>Reads a file whose top level is an object.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">Its size at most.</param>
    /// <exception cref="InputException">It is absent, too large, or no such JSON; the line is named where there is one.</exception>
    public static JsonConfig ReadFile(string path, long maxBytes = 64L << 20)
    {
        try
        {
            return System.IO.File.Exists(path) || Directory.Exists(path)
                ? Parse(path, InputFile.ReadAllBytes(path, maxBytes)) : throw new InputException($"{path}: the file is missing");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The same of a file in a folder; null where it is absent.</summary>
    public static JsonConfig? ReadIfPresent(string folder, string name)
    {
        string path = System.IO.Path.Combine(folder, name);
        return System.IO.File.Exists(path) ? ReadFile(path) : null;
    }

    /// <summary>Parses text that came from a file.</summary>
    /// <exception cref="InputException">It is no JSON object; the line is named where there is one.</exception>
    public static JsonConfig Parse(string file, byte[] text)
    {
        JsonConfig root = ParsePart(file, "", text);
        return root.IsObject ? root
            : throw new InputException($"{file}: found {JsonErrors.NameOf(root.Element.ValueKind)} at the top level, expected an object");
    }

    /// <summary>Parses a part of a file, whatever kind of value it is.</summary>
    /// <param name="file">What messages call the file.</param>
    /// <param name="path">Where the part is in it, as <see cref="Path"/>; empty for all of it.</param>
    /// <param name="text">The part.</param>
    /// <exception cref="InputException">It is no JSON.</exception>
    public static JsonConfig ParsePart(string file, string path, ReadOnlyMemory<byte> text)
    {
        try
        {
            if (!Utf8.IsValid(text.Span))
                throw new InputException($"{file}: found bytes that are no valid UTF-8, expected JSON");
            CheckValues(file, path, text.Span);
            using JsonDocument document = JsonDocument.Parse(
                text, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            return new JsonConfig(file, path, document.RootElement.Clone());
        }
        catch (JsonException e)
        {
            string place = path.Length > 0 ? $": '{path}'" : e.LineNumber is { } n ? FormattableString.Invariant($":{n + 1}") : "";
            throw new InputException($"{file}{place}: not valid JSON: {JsonErrors.Describe(e)}", e);
        }
    }

    /// <summary>Present and not null.</summary>
    public bool Has(string key) => Optional(key) is not null;

    /// <summary>The member, or null where it is absent or null.</summary>
    /// <exception cref="InputException">This is not an object.</exception>
    public JsonConfig? Optional(string key)
    {
        RequireObject();
        return _element.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? new JsonConfig(File, Below(key), value) : null;
    }

    /// <exception cref="InputException">It is absent or null, or this is not an object.</exception>
    public JsonConfig Required(string key) =>
        Optional(key) ?? throw new InputException($"{File}: '{Below(key)}': missing, expected in this kind of file");

    /// <summary>A member that is an object; null where it is absent or null.</summary>
    public JsonConfig? Object(string key)
    {
        if (Optional(key) is not { } value)
            return null;
        value.RequireObject();
        return value;
    }

    /// <summary>The members of an object, each with its own path.</summary>
    public IReadOnlyList<(string Name, JsonConfig Value)> Members()
    {
        RequireObject();
        List<(string, JsonConfig)> members = [];
        foreach (JsonProperty p in _element.EnumerateObject())
            members.Add((p.Name, new JsonConfig(File, Below(p.Name), p.Value)));
        return members;
    }

    /// <summary>The items of an array, each with its own path.</summary>
    public IReadOnlyList<JsonConfig> Items()
    {
        if (!IsArray)
            throw Error("an array");
        List<JsonConfig> items = [];
        foreach (JsonElement item in _element.EnumerateArray())
            items.Add(new JsonConfig(File, string.Create(CultureInfo.InvariantCulture, $"{Path}[{items.Count}]"), item));
        return items;
    }

    public string AsText() => _element.ValueKind == JsonValueKind.String ? _element.GetString()! : throw Error("a string");

    public bool AsBoolean() => _element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Error("true or false"),
    };

    public int AsInteger(int min = 0, int max = int.MaxValue) =>
        _element.ValueKind == JsonValueKind.Number && _element.TryGetInt64(out long number) && number >= min && number <= max
            ? (int)number : throw Error(string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}"));

    /// <summary>A number that float32 can hold.</summary>
    public double AsNumber() =>
        _element.ValueKind == JsonValueKind.Number && _element.TryGetDouble(out double number) && Math.Abs(number) <= float.MaxValue
            ? number : throw Error("a finite number in the range of float32");

    /// <summary>A whole number; the fallback where it is absent or null, an error without one.</summary>
    public int Integer(string key, int? fallback = null, int min = 1, int max = int.MaxValue) =>
        Value(key, fallback is not null)?.AsInteger(min, max) ?? fallback!.Value;

    public int? OptionalInteger(string key, int min = 1) => Optional(key)?.AsInteger(min);

    /// <summary>A number that float32 can hold.</summary>
    public double Number(string key, double? fallback = null) => Value(key, fallback is not null)?.AsNumber() ?? fallback!.Value;

    /// <summary>A number above 0 that float32 can hold, and its inverse too.</summary>
    public double Positive(string key, double? fallback = null) =>
        Number(key, fallback) is >= SmallestPositive and double number ? number : throw ErrorAt(key, "a number above 0");

    public double? OptionalPositive(string key) => Has(key) ? Positive(key) : null;

    public bool Flag(string key, bool? fallback = null) => Value(key, fallback is not null)?.AsBoolean() ?? fallback!.Value;

    public string Text(string key, string? fallback = null) => Value(key, fallback is not null)?.AsText() ?? fallback!;

    /// <summary>A list of strings; null where it is absent or null.</summary>
    public IReadOnlyList<string>? Texts(string key) => Optional(key) is not { } value ? null
        : value.IsArray && value._element.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String)
        ? [.. value._element.EnumerateArray().Select(v => v.GetString()!)]
        : throw value.Error("an array of strings");

    /// <summary>A list of whole numbers; null where it is absent or null.</summary>
    public IReadOnlyList<int>? Integers(string key, int min, int max) => Optional(key) is not { } value ? null
        : value.IsArray && value._element.EnumerateArray().All(v => IsInteger(v, min, max))
        ? [.. value._element.EnumerateArray().Select(v => v.GetInt32())]
        : throw value.Error(string.Create(CultureInfo.InvariantCulture, $"an array of whole numbers from {min} to {max}"));

    /// <summary>A token id or a list of them; none where the key is absent.</summary>
    public IReadOnlyList<int> TokenIds(string key, int vocabulary)
    {
        if (Optional(key) is not { } value)
            return [];
        JsonElement[] ids = value.IsArray ? [.. value._element.EnumerateArray()] : [value._element];
        return Array.TrueForAll(ids, v => IsInteger(v, 0, vocabulary - 1)) ? [.. ids.Select(v => v.GetInt32())]
            : throw value.Error(
                string.Create(
                    CultureInfo.InvariantCulture, $"token ids of the model's vocabulary, whole numbers from 0 to {vocabulary - 1}"));
    }

    /// <summary>A list of lists of token ids, none of them empty; none where the key is absent.</summary>
    public IReadOnlyList<IReadOnlyList<int>> TokenIdLists(string key, int vocabulary)
    {
        if (Optional(key) is not { } value)
            return [];
        bool isList = value.IsArray && value._element.EnumerateArray().All(
            list => list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0
                && list.EnumerateArray().All(v => IsInteger(v, 0, vocabulary - 1)));
        return isList
            ? [.. value._element.EnumerateArray().Select(IReadOnlyList<int> (list) => [.. list.EnumerateArray().Select(v => v.GetInt32())])]
            : throw value.Error(
                string.Create(CultureInfo.InvariantCulture, $"lists of token ids, each of at least one from 0 to {vocabulary - 1}"));
    }

    /// <summary>An error about a member: its path, what was found and what was expected.</summary>
    public InputException ErrorAt(string key, string expected) =>
        _element.TryGetProperty(key, out JsonElement value)
            ? new JsonConfig(File, Below(key), value).Error(expected)
            : new InputException($"{File}: '{Below(key)}': found nothing, expected {expected}");

    /// <summary>An error about this value: its path, what was found and what was expected.</summary>
    public InputException Error(string expected) => Error(Found(), expected);

    /// <summary>The same where what was found is told in other words.</summary>
    public InputException Error(string found, string expected) =>
        new($"{File}: {(Path.Length > 0 ? $"'{Path}': " : "")}found {found}, expected {expected}");

    /// <summary>This value in a few words, for a message.</summary>
    public string Found()
    {
        string raw = _element.GetRawText().ReplaceLineEndings(" ");
        return raw.Length <= ShownCharacters ? raw : raw[..ShownCharacters] + "...";
    }

    private static bool IsInteger(JsonElement value, int min, int max) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int n) && n >= min && n <= max;

    private static void CheckValues(string file, string path, ReadOnlySpan<byte> text)
    {
        Utf8JsonReader reader = new(text, new JsonReaderOptions { MaxDepth = MaxDepth });
        long max = Math.Max(ValuesAlwaysAllowed, text.Length / BytesPerValue);
        for (long values = 0; reader.Read(); values++)
        {
            if (values == max)
                throw new InputException($"{file}: found more than {max} values in {text.Length} bytes of JSON");
            // Reading a text validates it; it is asked for later, where no one expects it to fail.
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
                continue;
            try
            {
                reader.GetString();
            }
            catch (InvalidOperationException e)
            {
                string place = path.Length > 0 ? $": '{path}'"
                    : FormattableString.Invariant($":{text[..(int)reader.TokenStartIndex].Count((byte)'\n') + 1}");
                throw new InputException(
                    $"{file}{place}: found a string that is no valid Unicode (half of a surrogate pair), expected text", e);
            }
        }
    }

    private JsonConfig? Value(string key, bool hasFallback) => hasFallback ? Optional(key) : Required(key);

    private void RequireObject()
    {
        if (!IsObject)
            throw Error("an object");
    }

    private string Below(string key)
    {
        StringBuilder path = new(Path);
        if (path.Length > 0)
            path.Append('.');
        return (key.Length <= ShownCharacters ? path.Append(key) : path.Append(key.AsSpan(0, ShownCharacters)).Append("...")).ToString();
    }
}
