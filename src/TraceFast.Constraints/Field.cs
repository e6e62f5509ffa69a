namespace TraceFast.Constraints;

/// <summary>What the value of a field is.</summary>
public enum FieldKind
{
    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A text that is not empty.</summary>
    Text,

    /// <summary>A list of texts, not empty.</summary>
    Texts,
}

/// <summary>One field of a constraint type, made from a parameter of its record's constructor.</summary>
/// <param name="Name">As in JSON and templates: the parameter's name in lower case with underscores; a range has two, min and max.</param>
/// <param name="Kind">What its value is.</param>
/// <param name="IsRequired">False: may be left out, for example one end of a range.</param>
/// <param name="Allowed">The texts that it may be; null: any.</param>
public sealed record Field(string Name, FieldKind Kind, bool IsRequired = true, IReadOnlyList<string>? Allowed = null)
{
    /// <summary>What is wrong with a value; null: nothing.</summary>
    public string? Error(object value)
    {
        bool fits = Kind switch
        {
            FieldKind.Integer => value is long,
            FieldKind.Text => value is string { Length: > 0 },
            _ => value is TextList { Count: > 0 } texts && texts.All(t => t.Length > 0),
        };
        string expected = Kind switch
        {
            FieldKind.Integer => "a whole number",
            FieldKind.Text => "a text that is not empty",
            _ => "a list of texts, none of them empty",
        };
        if (!fits)
            return $"\"{Name}\" has to be {expected}; found {(value is string ? $"\"{value}\"" : value)}";
        return Allowed is not null && value is string text && !Allowed.Contains(text) ? $"\"{Name}\" is \"{text}\"; it may be {string.Join(", ", Allowed)}" : null;
    }
}
