namespace TraceFast.Training.Configuration;

/// <summary>How the value of a key is read.</summary>
public enum KeyKind
{
    /// <summary>Text as it is written.</summary>
    Text,

    /// <summary>One of the key's choices.</summary>
    Choice,

    /// <summary>true or false (yes, no, on, off).</summary>
    Boolean,

    /// <summary>true, false, or null, which is a value of its own: as text "true", "false" or "null".</summary>
    BooleanOrNull,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A finite number.</summary>
    Number,

    /// <summary>A YAML list, or text with commas.</summary>
    List,

    /// <summary>A YAML mapping of names to scalars.</summary>
    Map,

    /// <summary>Anything: the value is not used.</summary>
    Any,
}

/// <summary>Whether a key applies.</summary>
public enum KeyUse
{
    /// <summary>It is used.</summary>
    Applies,

    /// <summary>It is accepted, has no counterpart here, and is named in one line.</summary>
    Ignored,

    /// <summary>
    /// It asks for something that would change the result and does not exist here: an error, unless its value switches it off.
    /// </summary>
    Refused,
}

/// <summary>A section of the keys in <c>train --help</c> and the README.</summary>
public enum KeyGroup
{
    Model,
    Data,
    Method,
    Training,
    Rounds,
    Output,
}

/// <summary>
/// Declares a configuration key on the property of <see cref="RunConfiguration"/> that gives its value. The key's name is the property's in
/// snake_case, its kind follows from the property's type; an enum's members, in snake_case, are its choices.
/// </summary>
/// <param name="defaultValue">The value where the key is absent, as it would be written; null = none.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class KeyAttribute(KeyGroup group, string? defaultValue, string meaning) : Attribute
{
    public KeyGroup Group => group;

    public string? Default => defaultValue;

    public string Meaning => meaning;

    /// <summary>Smallest allowed number.</summary>
    public double Min { get; init; } = double.NegativeInfinity;

    /// <summary>Largest allowed number.</summary>
    public double Max { get; init; } = double.PositiveInfinity;

    /// <summary>Whether the smallest number is itself not allowed.</summary>
    public bool Above { get; init; }

    /// <summary>Allowed texts, where no enum gives them.</summary>
    public string[] Choices { get; init; } = [];

    /// <summary>A type whose static <c>Names</c> are the allowed texts.</summary>
    public Type? ChoicesOf { get; init; }

    /// <summary>"value: reason" for a choice that other trainers have and this one has not.</summary>
    public string? Unsupported { get; init; }

    /// <summary>Another name of the key.</summary>
    public string? Alias { get; init; }

    /// <summary>Whether the key must be given.</summary>
    public bool Required { get; init; }

    /// <summary>Whether null is a value of its own, besides true and false.</summary>
    public bool NullIsValue { get; init; }

    /// <summary>
    /// Whether a resumed run must have the same value. Not so where the value is a path, whose content is compared, or changes when
    /// something is written and not what.
    /// </summary>
    public bool Compared { get; init; } = true;

    /// <summary>For a range in an error: "at least 1", "above 0", "0 to 1".</summary>
    public string Range => (double.IsFinite(Min), Max < int.MaxValue) switch
    {
        (true, true) => FormattableString.Invariant($"{(Above ? "above " : "")}{Min} to {Max}"),
        (true, false) => FormattableString.Invariant($"{(Above ? "above" : "at least")} {Min}"),
        _ => "any number",
    };

    public bool Allows(double number) => (Above ? number > Min : number >= Min) && number <= Max;
}

/// <summary>One key of the configuration; <see cref="ConfigurationKeys"/> holds them all.</summary>
/// <param name="Meaning">What it sets; for the others why it is ignored or refused.</param>
public sealed record ConfigurationKey(string Name, KeyKind Kind, KeyUse Use, string Meaning)
{
    /// <summary>Group, default and limits, for a key that applies.</summary>
    public KeyAttribute Declared { get; init; } = new(default, null, "");

    /// <summary>Allowed values of a <see cref="KeyKind.Choice"/>.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>The key whose other name this is.</summary>
    public string? AliasOf { get; init; }
}
