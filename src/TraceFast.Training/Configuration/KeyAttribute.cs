namespace TraceFast.Training.Configuration;

/// <summary>A section of the keys in <c>train --help</c> and the README.</summary>
public enum KeyGroup
{
    Model,
    Data,
    Method,
    Training,
    Output,
}

/// <summary>
/// Declares a configuration key on the property of <see cref="RunConfiguration"/> that gives its value. The key's name is the property's in
/// snake_case, its kind the property's type; an enum's members, in snake_case, are its choices.
/// </summary>
/// <param name="group">Its section.</param>
/// <param name="defaultValue">The value where the key is absent, as it would be written; null = none.</param>
/// <param name="meaning">What it sets, for help and errors.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class KeyAttribute(KeyGroup group, string? defaultValue, string meaning) : Attribute
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

    /// <summary>Whether null is a value of its own beside true and false.</summary>
    public bool NullIsValue { get; init; }

    /// <summary>
    /// Whether a resumed run must have the same value. Not so where the value is a path, whose content is compared, or changes when
    /// something is written and not what.
    /// </summary>
    public bool Compared { get; init; } = true;
}
