using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TraceFast.Data.Json;

/// <summary>One JSON value that has not been decoded yet. The methods name the key that it stood under in their errors.</summary>
/// <param name="Bytes">Its UTF-8 bytes, syntax already checked.</param>
/// <param name="Kind">Its first token.</param>
internal readonly record struct JsonValue(ReadOnlyMemory<byte> Bytes, JsonTokenType Kind)
{
    private static readonly JsonSerializerOptions s_readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public bool IsText => Kind == JsonTokenType.String;

    public bool IsList => Kind == JsonTokenType.StartArray;

    public bool IsObject => Kind == JsonTokenType.StartObject;

    /// <summary>False for "", [] , {} and null: a column that is there but says nothing.</summary>
    public bool SaysSomething => Kind switch
    {
        JsonTokenType.Null => false,
        JsonTokenType.String => Bytes.Length > 2,
        JsonTokenType.StartArray or JsonTokenType.StartObject => !Bytes.Span[1..^1].Trim(" \t\r\n"u8).IsEmpty,
        _ => true,
    };

    public string Text(string key)
    {
        if (!IsText)
            throw new RecordException($"'{key}' is {JsonErrors.NameOf(Kind)}, not a string");
        Utf8JsonReader reader = new(Bytes.Span);
        reader.Read();
        return Decode(ref reader);
    }

    /// <summary>true or false.</summary>
    public bool Boolean(string key) => Kind switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw new RecordException($"'{key}' is {JsonErrors.NameOf(Kind)}, not true or false"),
    };

    /// <summary>Of a number: its value, infinite where it is beyond all doubles.</summary>
    public double Number()
    {
        Utf8JsonReader reader = new(Bytes.Span);
        reader.Read();
        return reader.GetDouble();
    }

    public int Integer(string key)
    {
        if (Kind == JsonTokenType.Number)
        {
            Utf8JsonReader reader = new(Bytes.Span);
            reader.Read();
            if (reader.TryGetInt32(out int value))
                return value;
        }
        throw new RecordException($"'{key}' is not a whole number below 2^31");
    }

    /// <summary>A string or a whole number below 2^63, as JSON in one spelling.</summary>
    public string Identifier(string key)
    {
        if (IsText)
            return JsonSerializer.Serialize(Text(key), s_readable);
        if (Kind == JsonTokenType.Number)
        {
            Utf8JsonReader reader = new(Bytes.Span);
            reader.Read();
            if (reader.TryGetInt64(out long value))
                return value.ToString(CultureInfo.InvariantCulture);
        }
        throw new RecordException($"'{key}' is {JsonErrors.NameOf(Kind)}, not a string or a whole number");
    }

    /// <summary>Its JSON, whose strings are all valid text.</summary>
    /// <exception cref="RecordException">One holds half of a surrogate pair.</exception>
    public string Raw(string key)
    {
        Utf8JsonReader reader = new(Bytes.Span, new JsonReaderOptions { MaxDepth = JsonRecordFile.MaxDepth });
        try
        {
            while (reader.Read())
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                    _ = Decode(ref reader);
        }
        catch (RecordException e)
        {
            throw new RecordException($"'{key}': {e.Message}");
        }
        return System.Text.Encoding.UTF8.GetString(Bytes.Span);
    }

    /// <summary>The value that a string holds as JSON; null's value where it holds nothing.</summary>
    public JsonValue InText(string key)
    {
        string text = Text(key);
        if (string.IsNullOrWhiteSpace(text))
            return new JsonValue(default, JsonTokenType.Null);
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text.Trim());
        Utf8JsonReader reader = new(bytes, new JsonReaderOptions { MaxDepth = JsonRecordFile.MaxDepth });
        try
        {
            reader.Read();
            JsonTokenType kind = reader.TokenType;
            while (reader.Read())
            {
                // Reads to the end, so that its syntax is checked.
            }
            return new JsonValue(bytes, kind);
        }
        catch (JsonException e)
        {
            throw new RecordException($"'{key}' is a string that is to hold JSON, and does not: {JsonErrors.Describe(e, bytes)}");
        }
    }

    public JsonObject Object(string key) =>
        IsObject ? JsonObject.Parse(Bytes) : throw new RecordException($"'{key}' is {JsonErrors.NameOf(Kind)}, not an object");

    /// <summary>The elements of a list, found one at a time: a list is never held as objects before its elements are looked at.</summary>
    public IEnumerable<JsonValue> Elements(string key)
    {
        if (!IsList)
            throw new RecordException($"'{key}' is {JsonErrors.NameOf(Kind)}, not a list");
        return EachElement();
    }

    /// <summary>A non-empty list of token ids.</summary>
    public int[] TokenIds(string key)
    {
        if (!IsList)
            throw new RecordException($"'{key}' is {JsonErrors.NameOf(Kind)}, not a list of token ids");
        ReadOnlySpan<byte> inside = Bytes.Span[1..^1];
        if (inside.Trim(" \t\r\n"u8).IsEmpty)
            throw new RecordException($"'{key}' is empty");
        // Without strings and nested values there is one id more than commas; with them the loop throws before it ends.
        int[] ids = inside.ContainsAny("\"[{"u8) ? [] : new int[inside.Count((byte)',') + 1];
        Utf8JsonReader reader = Inside();
        for (int i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out int id) || id < 0)
                throw new RecordException(
                    $"'{key}' holds {JsonErrors.Describe(ref reader)} at place {i + 1}; "
                        + $"token ids are whole numbers from 0 to {int.MaxValue}");
            if (i < ids.Length)
                ids[i] = id;
        }
        return ids;
    }

    /// <summary>The string (or key) that the reader is on.</summary>
    public static string Decode(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new RecordException("a string holds half of a surrogate pair (\\uD800 to \\uDFFF alone), which is no text");
        }
    }

    private IEnumerable<JsonValue> EachElement()
    {
        int at = 0;
        JsonReaderState state = new(new JsonReaderOptions { MaxDepth = JsonRecordFile.MaxDepth });
        while (NextElement(ref at, ref state) is { } element)
            yield return element;
    }

    private JsonValue? NextElement(ref int at, ref JsonReaderState state)
    {
        Utf8JsonReader reader = new(Bytes.Span[at..], isFinalBlock: true, state);
        reader.Read();
        if (at == 0)
            reader.Read();
        if (reader.TokenType == JsonTokenType.EndArray)
            return null;
        JsonTokenType kind = reader.TokenType;
        int from = at + (int)reader.TokenStartIndex;
        reader.Skip();
        at += (int)reader.BytesConsumed;
        state = reader.CurrentState;
        return new JsonValue(Bytes[from..at], kind);
    }

    private Utf8JsonReader Inside()
    {
        Utf8JsonReader reader = new(Bytes.Span, new JsonReaderOptions { MaxDepth = JsonRecordFile.MaxDepth });
        reader.Read();
        return reader;
    }
}
