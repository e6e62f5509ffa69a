using System.Text.Json;
using TraceFast.Data.Json;
using TraceFast.Data.Layouts;

namespace TraceFast.Data;

/// <summary>One line of a command's input: an object whose values are decoded when asked for. Errors name input and line.</summary>
public sealed class JsonLine
{
    private readonly string source;
    private readonly JsonObject fields;

    private JsonLine(string source, int line, JsonObject fields)
    {
        this.source = source;
        Line = line;
        this.fields = fields;
    }

    /// <summary>1-based.</summary>
    public int Line { get; }

    public bool Has(string key) => fields.Has(key);

    /// <summary>The string under a key, which may be empty.</summary>
    /// <exception cref="InputException">The key is absent or no string.</exception>
    public string Text(string key) => Ask(() => fields.Require(key).Text(key));

    /// <summary>true or false under a key; <paramref name="absent"/> where there is none.</summary>
    /// <exception cref="InputException">It is no boolean.</exception>
    public bool Flag(string key, bool absent) => Ask(() => fields.Find(key)?.Boolean(key) ?? absent);

    /// <summary>The token ids under a key, possibly none.</summary>
    /// <exception cref="InputException">The key is absent or no list of whole numbers from 0 to 2^31 - 1.</exception>
    public int[] TokenIds(string key) =>
        Ask(() => fields.Require(key) is { IsList: true, SaysSomething: false } ? [] : fields.Require(key).TokenIds(key));

    /// <summary>The messages under a key, as OpenAI's chat lists them; their order is the template's business.</summary>
    /// <exception cref="InputException">The key is absent or no list of messages.</exception>
    public IReadOnlyList<Message> Messages(string key) =>
        Ask(() => Conversations.Read(fields.Require(key), key, ConversationTags.OpenAi, emptyAllowed: true));

    /// <summary>An error about this line.</summary>
    public InputException Error(string what) => new($"{source}:{Line}: {what}");

    internal static JsonLine Parse(RawRecord raw, string source)
    {
        if (raw.Error != null)
            throw new InputException($"{source}:{raw.Line}: {raw.Error}");
        try
        {
            return new JsonLine(source, raw.Line, JsonObject.Parse(raw.Bytes.ToArray()));
        }
        catch (RecordException e)
        {
            throw new InputException($"{source}:{raw.Line}: {e.Message}", e);
        }
        catch (JsonException e)
        {
            throw new InputException($"{source}:{raw.Line}: {JsonRecordFile.Describe(e)}", e);
        }
    }

    private T Ask<T>(Func<T> read)
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

/// <summary>Reads a command's input one JSON object a line, from a file or a stream; memory: the longest line.</summary>
public static class JsonLines
{
    /// <exception cref="InputException">At the first line that is no JSON object in UTF-8, naming file and line.</exception>
    public static IEnumerable<JsonLine> Read(string path) => JsonRecordFile.Read(path).Select(raw => JsonLine.Parse(raw, path));

    /// <param name="source">What messages call the stream, for example "stdin".</param>
    public static IEnumerable<JsonLine> Read(Stream stream, string source) =>
        JsonRecordFile.Read(stream, source).Select(raw => JsonLine.Parse(raw, source));
}
