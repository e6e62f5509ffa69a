using System.Text.Json;
using System.Text.Json.Serialization;
using TraceFast.Data.Json;

namespace TraceFast.Constraints;

/// <summary>
/// A constraint as JSON, and as an instruction states it: {"type":"word_count","scope":"each_paragraph","min":3,"max":5,"statement":"..."}.
/// The scope is left out when it is the whole answer, the statement when nothing states it. An older form is read too:
/// {"sort":"word_count","part":"each_paragraph","arguments":{"min":3,"max":5},"text":"..."}.
/// </summary>
public static class ConstraintJson
{
    private const string TypeKey = "type", ScopeKey = "scope", StatementKey = "statement";
    private const string OldTypeKey = "sort", OldScopeKey = "part", OldFieldsKey = "arguments", OldStatementKey = "text";

    public static void Write(Utf8JsonWriter json, StatedConstraint stated) => Write(json, stated.Constraint, stated.Text);

    /// <exception cref="ConstraintException">The value is not a constraint: what was found, what was expected.</exception>
    public static StatedConstraint Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new ConstraintException($"a constraint is an object {{\"type\": ..., ...}}, not {JsonErrors.NameOf(json.ValueKind)}");
        HashSet<string> keys = [];
        foreach (JsonProperty property in json.EnumerateObject())
        {
            if (!keys.Add(property.Name))
                throw new ConstraintException($"a constraint has its key \"{property.Name}\" twice");
        }

        if (keys.Contains(TypeKey) && keys.Contains(OldTypeKey))
            throw new ConstraintException("a constraint has \"type\" and \"sort\", which are the same; leave out \"sort\"");
        return keys.Contains(OldTypeKey) || keys.Contains(OldFieldsKey) ? ReadOld(json) : ReadNew(json);
    }

    internal static void Write(Utf8JsonWriter json, Constraint constraint, string statement)
    {
        json.WriteStartObject();
        json.WriteString(TypeKey, constraint.Type.Name);
        if (constraint.Scope != Scope.Whole)
            json.WriteString(ScopeKey, ScopeNames.IdOf(constraint.Scope));
        foreach ((Field field, object value) in constraint.Type.ValuesOf(constraint))
        {
            json.WritePropertyName(field.Name);
            switch (value)
            {
                case long number:
                    json.WriteNumberValue(number);
                    break;
                case string text:
                    json.WriteStringValue(text);
                    break;
                default:
                    json.WriteStartArray();
                    foreach (string text in (TextList)value)
                        json.WriteStringValue(text);
                    json.WriteEndArray();
                    break;
            }
        }

        if (statement.Length > 0)
            json.WriteString(StatementKey, statement);
        json.WriteEndObject();
    }

    private static StatedConstraint ReadNew(JsonElement json)
    {
        ConstraintType type = TypeOf(json, TypeKey);
        Scope scope = Scope.Whole;
        string statement = "";
        Dictionary<string, object> values = [];
        foreach (JsonProperty property in json.EnumerateObject())
        {
            switch (property.Name)
            {
                case TypeKey:
                    break;
                case ScopeKey or OldScopeKey:
                    scope = ScopeNames.Parse(Text(property));
                    break;
                case StatementKey:
                    statement = Text(property);
                    break;
                default:
                    values.Add(property.Name, Value(property));
                    break;
            }
        }

        return new(type.Create(values, scope), statement);
    }

    private static StatedConstraint ReadOld(JsonElement json)
    {
        ConstraintType type = TypeOf(json, json.TryGetProperty(OldTypeKey, out _) ? OldTypeKey : TypeKey);
        Scope scope = Scope.Whole;
        string statement = "";
        Dictionary<string, object> values = [];
        foreach (JsonProperty property in json.EnumerateObject())
        {
            switch (property.Name)
            {
                case TypeKey or OldTypeKey:
                    break;
                case ScopeKey or OldScopeKey:
                    scope = ScopeNames.Parse(Text(property));
                    break;
                case StatementKey or OldStatementKey:
                    statement = Text(property);
                    break;
                case OldFieldsKey:
                    ReadOldFields(property.Value, values);
                    break;
                default:
                    throw new ConstraintException(
                        $"a constraint with \"sort\" or \"arguments\" has no key \"{property.Name}\"; it has sort, part, "
                            + "arguments and text");
            }
        }

        return new(type.Create(values, scope), statement);
    }

    private static void ReadOldFields(JsonElement json, Dictionary<string, object> values)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new ConstraintException($"the arguments of a constraint are an object, not {JsonErrors.NameOf(json.ValueKind)}");
        foreach (JsonProperty property in json.EnumerateObject())
        {
            if (!values.TryAdd(property.Name, Value(property)))
                throw new ConstraintException($"a constraint has its argument \"{property.Name}\" twice");
        }
    }

    private static ConstraintType TypeOf(JsonElement json, string key)
    {
        foreach (JsonProperty property in json.EnumerateObject())
        {
            if (property.Name == key)
                return ConstraintTypes.Get(Text(property));
        }

        throw new ConstraintException("a constraint lacks its key \"type\"");
    }

    private static object Value(JsonProperty property) => property.Value.ValueKind switch
    {
        JsonValueKind.String => Text(property),
        JsonValueKind.Number when property.Value.TryGetInt64(out long number) => number,
        JsonValueKind.Array when property.Value.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String) =>
            TextList.Of(property.Value.EnumerateArray().Select(Text)),
        _ => throw new ConstraintException(
            $"\"{property.Name}\" of a constraint is a whole number, a string "
                + $"or a list of strings, not {JsonErrors.NameOf(property.Value.ValueKind)}"),
    };

    private static string Text(JsonProperty property) =>
        property.Value.ValueKind == JsonValueKind.String ? Text(property.Value)
            : throw new ConstraintException($"\"{property.Name}\" is a string, not {JsonErrors.NameOf(property.Value.ValueKind)}");

    private static string Text(JsonElement json)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new ConstraintException("a string holds half of a surrogate pair (\\uD800 to \\uDFFF alone), which is not text");
        }
    }
}

/// <summary>Lets System.Text.Json read and write constraints by the name of their type.</summary>
internal sealed class ConstraintJsonConverter : JsonConverter<Constraint>
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsAssignableTo(typeof(Constraint));

    /// <exception cref="ConstraintException">The value is not a constraint.</exception>
    public override Constraint Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        return ConstraintJson.Read(document.RootElement).Constraint;
    }

    public override void Write(Utf8JsonWriter writer, Constraint value, JsonSerializerOptions options) =>
        ConstraintJson.Write(writer, value, "");
}
