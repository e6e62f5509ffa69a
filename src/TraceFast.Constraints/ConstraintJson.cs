using System.Text;
using System.Text.Json;
using TraceFast.Data;

namespace TraceFast.Constraints;

/// <summary>
/// A stated constraint as JSON: {"sort":"word_count","part":"each_paragraph","arguments":{"min":3,"max":5},"text":"..."}. The part is left out when it is the
/// whole answer, the arguments when there are none, the text when nothing states it.
/// </summary>
public static class ConstraintJson
{
    private static readonly (Scope Scope, string Name)[] Parts = [.. Enum.GetValues<Scope>().Select(p => (p, SnakeCase(p.ToString())))];

    public static void Write(Utf8JsonWriter json, StatedConstraint stated)
    {
        Constraint constraint = stated.Constraint;
        json.WriteStartObject();
        json.WriteString("sort", constraint.Sort.Name);
        if (constraint.Scope != Scope.Whole)
            json.WriteString("part", NameOf(constraint.Scope));
        if (constraint.Arguments.Values.Count > 0)
            WriteArguments(json, constraint.Arguments);
        if (stated.Text.Length > 0)
            json.WriteString("text", stated.Text);
        json.WriteEndObject();
    }

    /// <exception cref="ConstraintException">The value is no constraint: what was found, what was expected.</exception>
    public static StatedConstraint Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new ConstraintException($"a constraint is an object {{\"sort\": ..., \"arguments\": {{...}}}}, not {JsonFault.NameOf(json.ValueKind)}");
        string? sort = null;
        string text = "";
        Scope part = Scope.Whole;
        Arguments arguments = Arguments.None;
        HashSet<string> seen = [];
        foreach (JsonProperty property in json.EnumerateObject())
        {
            if (!seen.Add(property.Name))
                throw new ConstraintException($"a constraint has its key \"{property.Name}\" twice");
            switch (property.Name)
            {
                case "sort":
                    sort = Text(property);
                    break;
                case "part":
                    part = PartOf(Text(property));
                    break;
                case "text":
                    text = Text(property);
                    break;
                case "arguments":
                    arguments = ReadArguments(property.Value);
                    break;
                default:
                    throw new ConstraintException($"a constraint has no key \"{property.Name}\"; it has sort, part, arguments and text");
            }
        }

        return new(new Constraint(Sorts.Get(sort ?? throw new ConstraintException("a constraint lacks its key \"sort\"")), arguments, part), text);
    }

    /// <summary>A part's name in JSON and labels, for example each_paragraph.</summary>
    public static string NameOf(Scope part) => Parts[(int)part].Name;

    /// <exception cref="ConstraintException">There is no such part.</exception>
    public static Scope PartOf(string name)
    {
        foreach ((Scope part, string its) in Parts)
        {
            if (its == name)
                return part;
        }

        throw new ConstraintException($"there is no part \"{name}\" of an answer; known: {string.Join(", ", Parts.Select(p => p.Name))}");
    }

    private static void WriteArguments(Utf8JsonWriter json, Arguments arguments)
    {
        json.WriteStartObject("arguments");
        foreach ((string name, object value) in arguments.Values)
        {
            json.WritePropertyName(name);
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
                    foreach (string text in (string[])value)
                        json.WriteStringValue(text);
                    json.WriteEndArray();
                    break;
            }
        }

        json.WriteEndObject();
    }

    private static Arguments ReadArguments(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new ConstraintException($"the arguments of a constraint are an object, not {JsonFault.NameOf(json.ValueKind)}");
        List<(string, object?)> values = [];
        foreach (JsonProperty property in json.EnumerateObject())
        {
            if (values.Exists(v => v.Item1 == property.Name))
                throw new ConstraintException($"argument \"{property.Name}\" stands twice");
            values.Add((property.Name, property.Value.ValueKind switch
            {
                JsonValueKind.String => Text(property),
                JsonValueKind.Number when property.Value.TryGetInt64(out long number) => number,
                JsonValueKind.Array when property.Value.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String) => property.Value.EnumerateArray().Select(TextOf).ToArray(),
                _ => throw new ConstraintException($"argument \"{property.Name}\" is a whole number, a string or a list of strings, not {JsonFault.NameOf(property.Value.ValueKind)}"),
            }));
        }

        return Arguments.Of([.. values]);
    }

    private static string Text(JsonProperty property) =>
        property.Value.ValueKind == JsonValueKind.String ? TextOf(property.Value) : throw new ConstraintException($"\"{property.Name}\" is a string, not {JsonFault.NameOf(property.Value.ValueKind)}");

    private static string TextOf(JsonElement json)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new ConstraintException("a string holds half of a surrogate pair (\\uD800 to \\uDFFF alone), which is no text");
        }
    }

    private static string SnakeCase(string name)
    {
        StringBuilder snake = new();
        foreach (char c in name)
        {
            if (char.IsUpper(c) && snake.Length > 0)
                snake.Append('_');
            snake.Append(char.ToLowerInvariant(c));
        }

        return snake.ToString();
    }
}
