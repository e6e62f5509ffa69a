using System.Globalization;
using System.Text.Json;
using TraceFast.Data;

namespace TraceFast.Tokenization.Loading;

/// <summary>One value of a JSON file together with where it stands, so that every complaint names the file and the path.</summary>
internal readonly struct JsonValue
{
    private readonly JsonElement _element;

    public JsonValue(string file, string path, JsonElement element)
    {
        File = file;
        Path = path;
        _element = element;
    }

    public string File { get; }

    /// <summary>The place in the file, from the root: <c>$.pre_tokenizer.pretokenizers[0]</c>.</summary>
    public string Path { get; }

    public bool IsArray => _element.ValueKind == JsonValueKind.Array;

    public bool IsObject => _element.ValueKind == JsonValueKind.Object;

    /// <summary>The member <paramref name="name"/>.</summary>
    /// <exception cref="InputException">It is absent, or this is not an object.</exception>
    public JsonValue Required(string name) =>
        Find(name) ?? throw Error($"no \"{name}\"", $"an object with a \"{name}\"");

    /// <summary>The member <paramref name="name"/>, or null where it is absent or null.</summary>
    /// <exception cref="InputException">This is not an object.</exception>
    public JsonValue? Optional(string name) =>
        Find(name) is { } value && value._element.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A boolean member, or <paramref name="absent"/> where it is not given or null.</summary>
    public bool Flag(string name, bool absent) => Optional(name)?.AsBoolean() ?? absent;

    /// <summary>A boolean member that has to be there.</summary>
    public bool Flag(string name) => Required(name).AsBoolean();

    public string Text(string name) => Required(name).AsText();

    public string AsText()
    {
        if (_element.ValueKind != JsonValueKind.String)
            throw Error(Found(), "a string");
        try
        {
            return _element.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new InputException(
                $"{File}: {Path}: found a string that is no valid Unicode (half of a surrogate pair), expected text", e);
        }
    }

    public bool AsBoolean() => _element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Error(Found(), "true or false"),
    };

    /// <summary>A token id or a count: a whole number from 0 to 2^31 - 1.</summary>
    public int AsNonNegative()
    {
        if (_element.ValueKind != JsonValueKind.Number || !_element.TryGetInt32(out int value) || value < 0)
            throw Error(Found(), "a whole number from 0 to 2147483647");
        return value;
    }

    public double AsNumber()
    {
        if (_element.ValueKind != JsonValueKind.Number || !_element.TryGetDouble(out double value))
            throw Error(Found(), "a number");
        return value;
    }

    /// <summary>The items of an array, each with its own path.</summary>
    public IReadOnlyList<JsonValue> Items()
    {
        if (_element.ValueKind != JsonValueKind.Array)
            throw Error(Found(), "an array");
        List<JsonValue> items = new();
        foreach (JsonElement item in _element.EnumerateArray())
            items.Add(new JsonValue(File, string.Create(CultureInfo.InvariantCulture, $"{Path}[{items.Count}]"), item));
        return items;
    }

    /// <summary>The members of an object, each with its own path.</summary>
    public IReadOnlyList<(string Name, JsonValue Value)> Members()
    {
        RequireObject();
        List<(string, JsonValue)> members = new();
        foreach (JsonProperty p in _element.EnumerateObject())
        {
            string name = Name(p);
            members.Add((name, new JsonValue(File, $"{Path}.{name}", p.Value)));
        }
        return members;
    }

    public InputException Error(string found, string expected) => new($"{File}: {Path}: found {found}, expected {expected}");

    /// <summary>This value in a few words, for a message.</summary>
    public string Found()
    {
        string raw;
        try
        {
            raw = _element.ValueKind switch
            {
                JsonValueKind.Object => "an object",
                JsonValueKind.Array => "an array",
                _ => _element.GetRawText(),
            };
        }
        catch (InvalidOperationException)
        {
            raw = _element.ValueKind.ToString();
        }
        return raw.Length <= 60 ? raw : raw[..60] + "...";
    }

    private JsonValue? Find(string name)
    {
        RequireObject();
        JsonElement? found = null;
        foreach (JsonProperty p in _element.EnumerateObject())
        {
            if (!p.NameEquals(name))
                continue;
            if (found is not null)
                throw Error($"\"{name}\" twice", "each member once");
            found = p.Value;
        }
        return found is { } value ? new JsonValue(File, $"{Path}.{name}", value) : null;
    }

    private void RequireObject()
    {
        if (_element.ValueKind != JsonValueKind.Object)
            throw Error(Found(), "an object");
    }

    private string Name(JsonProperty p)
    {
        try
        {
            return p.Name;
        }
        catch (InvalidOperationException e)
        {
            throw new InputException($"{File}: {Path}: found a member name that is no valid Unicode, expected text", e);
        }
    }
}
