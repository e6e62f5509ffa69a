using System.Text.Json;
using TraceFast.Data.Json;
using TraceFast.Data.Layouts;

namespace TraceFast.Data;

/// <summary>
/// One line of a command's input, or one row of a Parquet file: an object whose values are decoded when asked for. Errors name input and
/// line.
/// </summary>
public sealed class JsonLine
{
    private readonly JsonObject _fields;
    private readonly string _path;

    private JsonLine(SourceLocation origin, JsonObject fields, string path = "")
    {
        Origin = origin;
        _fields = fields;
        _path = path;
    }

    /// <summary>Where it is in the input.</summary>
    public SourceLocation Origin { get; }

    /// <summary>1-based; the record's number in a file without lines.</summary>
    public int Line => Origin.Line > 0 ? Origin.Line : Origin.Number + 1;

    public bool Has(string key) => _fields.Has(key);

    /// <summary>The string under a key, which may be empty.</summary>
    /// <exception cref="InputException">The key is absent or no string.</exception>
    public string Text(string key) => Read(() => _fields.Require(key).Text(key));

    /// <summary>The string under a key, which may be empty; null where the key is absent or null.</summary>
    /// <exception cref="InputException">It is no string.</exception>
    public string? TextOrNull(string key) => Read(() => _fields.FindText(key));

    /// <summary>The whole number under a key.</summary>
    /// <exception cref="InputException">The key is absent or no whole number below 2^31.</exception>
    public int Integer(string key) => Read(() => _fields.Require(key).Integer(key));

    /// <summary>
    /// What is under a key to name a record, a string or a whole number, as JSON; null where the key is absent or null.
    /// </summary>
    /// <exception cref="InputException">It is neither.</exception>
    public string? IdentifierOrNull(string key) => Read(() => _fields.Find(key)?.Identifier(key));

    /// <summary>The strings of the list under a key, possibly none.</summary>
    /// <exception cref="InputException">The key is absent or no list of strings.</exception>
    public IReadOnlyList<string> Texts(string key) =>
        Read(() => _fields.Require(key).Elements(key).Select((e, i) => e.Text($"{key}[{i}]")).ToArray());

    /// <summary>The whole numbers of the list under a key, possibly none.</summary>
    /// <exception cref="InputException">The key is absent or no list of whole numbers below 2^31.</exception>
    public IReadOnlyList<int> Integers(string key) =>
        Read(() => _fields.Require(key).Elements(key).Select((e, i) => e.Integer($"{key}[{i}]")).ToArray());

    /// <summary>The rows of strings of the list under a key, possibly none.</summary>
    /// <exception cref="InputException">The key is absent or no list of lists of strings.</exception>
    public IReadOnlyList<IReadOnlyList<string>> Rows(string key) =>
        Read(() => _fields.Require(key).Elements(key)
            .Select(IReadOnlyList<string> (row, i) => [.. row.Elements($"{key}[{i}]").Select((e, j) => e.Text($"{key}[{i}][{j}]"))])
            .ToArray());

    /// <summary>The object under a key; its errors name the key.</summary>
    /// <exception cref="InputException">The key is absent or no object.</exception>
    public JsonLine Object(string key) => Read(() => new JsonLine(Origin, _fields.Require(key).Object(key), $"{_path}{key}: "));

    /// <summary>The objects of the list under a key, possibly none; their errors name the place in the list.</summary>
    /// <exception cref="InputException">The key is absent or no list of objects.</exception>
    public IReadOnlyList<JsonLine> Objects(string key) =>
        Read(() =>
            _fields.Require(key).Elements(key).Select((e, i) => new JsonLine(Origin, e.Object($"{key}[{i}]"), $"{_path}{key}[{i}]: "))
                .ToArray());

    /// <summary>true or false under a key; <paramref name="absent"/> where there is none.</summary>
    /// <exception cref="InputException">It is no boolean.</exception>
    public bool Flag(string key, bool absent) => Read(() => _fields.Find(key)?.Boolean(key) ?? absent);

    /// <summary>The token ids under a key, possibly none.</summary>
    /// <exception cref="InputException">The key is absent or no list of whole numbers from 0 to 2^31 - 1.</exception>
    public int[] TokenIds(string key) =>
        Read(() => _fields.Require(key) is { IsList: true, SaysSomething: false } ? [] : _fields.Require(key).TokenIds(key));

    /// <summary>The messages under a key, as OpenAI's chat lists them; their order is the template's business.</summary>
    /// <exception cref="InputException">The key is absent or no list of messages.</exception>
    public IReadOnlyList<Message> Messages(string key) =>
        Read(() => Conversations.Read(_fields.Require(key), key, ConversationTags.OpenAi, asGiven: true));

    /// <summary>
    /// What the line gives a chat template beside its messages ("tools", "documents", "chat_template_kwargs"); null: nothing.
    /// </summary>
    /// <exception cref="InputException">A value is not of its kind.</exception>
    public TemplateVariables? Variables() => Read(() => TemplateKeys.Read(_fields, TemplateKeys.Tools, withDocuments: true));

    /// <summary>The keys whose values say something (are not null, empty or false) beside those named.</summary>
    public IEnumerable<string> OtherKeys(IReadOnlyCollection<string> known) =>
        _fields.Fields.Where(f => f.Value.SaysSomething && f.Value.Kind != JsonTokenType.False && !known.Contains(f.Key))
            .Select(f => f.Key);

    /// <summary>The value under a key, whatever it is, with all that it holds.</summary>
    /// <exception cref="InputException">The key is absent, or the value holds half of a surrogate pair.</exception>
    public JsonElement Value(string key) => Read(() => JsonElement.Parse(_fields.Require(key).Bytes.Span));

    /// <summary>The whole record, decoded.</summary>
    /// <exception cref="InputException">It holds half of a surrogate pair.</exception>
    public JsonElement Record => Read(() => JsonElement.Parse(_fields.Bytes.Span));

    /// <summary>An error about this line.</summary>
    public InputException Error(string what) => new($"{Origin}: {_path}{what}");

    internal static JsonLine Parse(RawRecord raw, string source)
    {
        SourceLocation origin = new(source, raw.Line, raw.Number);
        if (raw.Error != null)
            throw new InputException($"{origin}: {raw.Error}");
        try
        {
            return new JsonLine(origin, JsonObject.Parse(raw.Bytes.ToArray()));
        }
        catch (RecordException e)
        {
            throw new InputException($"{origin}: {e.Message}", e);
        }
        catch (JsonException e)
        {
            throw new InputException($"{origin}: {JsonRecordFile.Describe(e, raw.Bytes.Span)}", e);
        }
    }

    private T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (RecordException e)
        {
            throw Error(e.Message);
        }
    }
}

/// <summary>
/// Reads a command's input one JSON object a line, from a file or a stream (a file may be Parquet); memory: the longest line.
/// </summary>
public static class JsonLines
{
    /// <exception cref="InputException">At the first line that is no JSON object in UTF-8, naming file and line.</exception>
    public static IEnumerable<JsonLine> Read(string path) => RecordFile.Read(path).Select(raw => JsonLine.Parse(raw, path));

    /// <param name="source">What messages call the stream, for example "stdin".</param>
    public static IEnumerable<JsonLine> Read(Stream stream, string source) =>
        JsonRecordFile.Read(stream, source).Select(raw => JsonLine.Parse(raw, source));
}
