using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TraceFast.Data.Json;
using TraceFast.Constraints;
using TraceFast.Data;

namespace TraceFast.Synthesis;

/// <summary>
/// A quad as one line of JSON in the layout "quads" of TraceFast.Data (x1 and x2 are lists of messages where turns are before them), with
/// keys beside it: {"x1", "y1", "x2", "y2", "language": "en" | "zh", "topic", "constraints1": [...], "constraints2": [...], "unchecked":
/// [...], "broken1", "broken2", "confounded", "source", "origin", "seed", "index"}. What a quad lacks is left out.
/// </summary>
public static class QuadJson
{
    private static readonly JsonWriterOptions s_options =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The line without its line end.</summary>
    public static string ToLine(Quad quad)
    {
        ArrayBufferWriter<byte> buffer = new(4096);
        Write(buffer, quad);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Appends the line in UTF-8, without its line end.</summary>
    public static void Write(IBufferWriter<byte> buffer, Quad quad)
    {
        using Utf8JsonWriter json = new(buffer, s_options);
        json.WriteStartObject();
        WriteInstruction(json, "x1", quad.Before, quad.X1);
        json.WriteString("y1", quad.Y1);
        WriteInstruction(json, "x2", quad.Before, quad.X2);
        json.WriteString("y2", quad.Y2);
        json.WriteString("language", Languages.CodeOf(quad.Language));
        if (quad.Topic is { } topic)
            json.WriteString("topic", topic);
        WriteConstraints(json, "constraints1", quad.Constraints1);
        WriteConstraints(json, "constraints2", quad.Constraints2);
        if (quad.Unchecked.Count > 0)
            WriteConstraints(json, "unchecked", quad.Unchecked);
        WriteNumbers(json, "broken1", quad.Broken1);
        WriteNumbers(json, "broken2", quad.Broken2);
        if (quad.IsConfounded)
            json.WriteBoolean("confounded", true);
        json.WriteString("source", quad.Source);
        if (quad.Origin is { } origin)
            json.WriteString("origin", origin);
        if (quad.Seed is { } seed)
            json.WriteNumber("seed", seed);
        if (quad.Index is { } index)
            json.WriteNumber("index", index);
        json.WriteEndObject();
    }

    /// <exception cref="ConstraintException">A key is missing or not what it should be, or a constraint is invalid.</exception>
    public static Quad Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new ConstraintException($"a quad is an object, not {JsonErrors.NameOf(json.ValueKind)}");
        (Message[] before, string x1) = Instruction(json, "x1");
        (Message[] before2, string x2) = Instruction(json, "x2");
        if (!before.SequenceEqual(before2))
            throw new ConstraintException(
                "the turns of \"x1\" before its last and those of \"x2\" differ; the two "
                    + "instructions of a quad differ in their last turn only");
        return new Quad(x1, Require(json, "y1"), x2, Require(json, "y2"), Constraints(json, "constraints1", required: true),
            Constraints(json, "constraints2", required: true))
        {
            Before = before,
            Language = Find(json, "language") is { } code ? Languages.Of(code) : Language.English,
            Topic = Find(json, "topic"),
            Unchecked = Constraints(json, "unchecked", required: false),
            Broken1 = Numbers(json, "broken1"),
            Broken2 = Numbers(json, "broken2"),
            IsConfounded = json.TryGetProperty("confounded", out JsonElement confounded) && confounded.ValueKind == JsonValueKind.True,
            Source = Find(json, "source") ?? "unknown",
            Origin = Find(json, "origin"),
            Seed = json.TryGetProperty("seed", out JsonElement seed) && seed.ValueKind == JsonValueKind.Number
                && seed.TryGetUInt64(out ulong s) ? s : null,
            Index = json.TryGetProperty("index", out JsonElement index) && index.ValueKind == JsonValueKind.Number
                && index.TryGetInt64(out long i) ? i : null,
        };
    }

    /// <summary>A string; with turns before it, a list of messages, as TraceFast.Data reads them.</summary>
    private static void WriteInstruction(Utf8JsonWriter json, string key, IReadOnlyList<Message> before, string text)
    {
        if (before.Count == 0)
        {
            json.WriteString(key, text);
            return;
        }

        json.WriteStartArray(key);
        foreach (Message message in before.Append(new Message(Role.User, text)))
        {
            json.WriteStartObject();
            json.WriteString("role", RecordJson.RoleOf(message.Role));
            json.WriteString("content", message.Content);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static (Message[] Before, string Text) Instruction(JsonElement json, string key)
    {
        if (!json.TryGetProperty(key, out JsonElement value) || value.ValueKind != JsonValueKind.Array)
            return ([], Require(json, key));
        Message[] messages = [.. value.EnumerateArray()
            .Select(m => m.ValueKind == JsonValueKind.Object ? new Message(RoleOf(Require(m, "role"), key), Require(m, "content"))
            : throw new ConstraintException(
                $"\"{key}\" is a string or a list of messages {{\"role\", \"content\"}}; it holds {JsonErrors.NameOf(m.ValueKind)}"))];
        return messages is [.., { Role: Role.User, Content: var text }] ? (messages[..^1], text)
            : throw new ConstraintException($"the last message of \"{key}\" is the user's");
    }

    private static Role RoleOf(string name, string key) => name switch
    {
        "system" => Role.System,
        "user" => Role.User,
        "assistant" => Role.Assistant,
        _ => throw new ConstraintException($"a role in \"{key}\" is system, user or assistant, not \"{name}\""),
    };

    private static void WriteConstraints(Utf8JsonWriter json, string key, IReadOnlyList<StatedConstraint> constraints)
    {
        json.WriteStartArray(key);
        foreach (StatedConstraint constraint in constraints)
            ConstraintJson.Write(json, constraint);
        json.WriteEndArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string key, IReadOnlyList<int> numbers)
    {
        if (numbers.Count == 0)
            return;
        json.WriteStartArray(key);
        foreach (int number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    internal static StatedConstraint[] Constraints(JsonElement json, string key, bool required)
    {
        if (!json.TryGetProperty(key, out JsonElement list))
            return required ? throw new ConstraintException($"the key \"{key}\" is missing") : [];
        if (list.ValueKind != JsonValueKind.Array)
            throw new ConstraintException($"\"{key}\" is a list of constraints, not {JsonErrors.NameOf(list.ValueKind)}");
        StatedConstraint[] constraints = new StatedConstraint[list.GetArrayLength()];
        int n = 0;
        foreach (JsonElement element in list.EnumerateArray())
        {
            try
            {
                constraints[n++] = ConstraintJson.Read(element);
            }
            catch (ConstraintException e)
            {
                throw new ConstraintException($"{key}[{n - 1}]: {e.Message}");
            }
        }

        return constraints;
    }

    internal static int[] Numbers(JsonElement json, string key)
    {
        if (!json.TryGetProperty(key, out JsonElement list))
            return [];
        if (list.ValueKind != JsonValueKind.Array
            || list.EnumerateArray().Any(e => e.ValueKind != JsonValueKind.Number || !e.TryGetInt32(out int i) || i < 0))
            throw new ConstraintException($"\"{key}\" is a list of numbers of constraints, from 0");
        return [.. list.EnumerateArray().Select(e => e.GetInt32())];
    }

    internal static string Require(JsonElement json, string key) =>
        Find(json, key) ?? throw new ConstraintException($"the key \"{key}\" is missing");

    internal static string? Find(JsonElement json, string key)
    {
        if (!json.TryGetProperty(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind != JsonValueKind.String)
            throw new ConstraintException($"\"{key}\" is a string, not {JsonErrors.NameOf(value.ValueKind)}");
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new ConstraintException($"\"{key}\" holds half of a surrogate pair (\\uD800 to \\uDFFF alone), which is no text");
        }
    }
}
