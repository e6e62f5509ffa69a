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

/// <summary>What becomes of a key.</summary>
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

/// <summary>One key of the configuration; <see cref="ConfigurationKeys"/> holds them all.</summary>
/// <param name="Name">As in the YAML file.</param>
/// <param name="Kind">How the value is read.</param>
/// <param name="Use">What becomes of it.</param>
/// <param name="Meaning">What it sets; for the others why it is ignored or refused.</param>
public sealed record ConfigurationKey(string Name, KeyKind Kind, KeyUse Use, string Meaning)
{
    /// <summary>The value where the key is absent, as it would be written; null = none.</summary>
    public string? Default { get; init; }

    /// <summary>Its section in the help; of the keys that apply.</summary>
    public KeyGroup Group { get; init; }

    /// <summary>Allowed values of a <see cref="KeyKind.Choice"/>.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>"value: reason" for a choice that other trainers have and this one has not.</summary>
    public string? Unsupported { get; init; }

    /// <summary>Smallest allowed number.</summary>
    public double Min { get; init; } = double.NegativeInfinity;

    /// <summary>Largest allowed number.</summary>
    public double Max { get; init; } = double.PositiveInfinity;

    /// <summary>Whether the smallest number is itself not allowed.</summary>
    public bool Above { get; init; }

    /// <summary>Whether the key must be given.</summary>
    public bool Required { get; init; }

    /// <summary>Whether a resumed run must have the same value.</summary>
    public bool Compared { get; init; } = true;

    /// <summary>The key whose other name this is.</summary>
    public string? AliasOf { get; init; }

    /// <summary>For a range in an error: "at least 1", "above 0", "0 to 1".</summary>
    public string Range => (double.IsFinite(Min), Max < int.MaxValue) switch
    {
        (true, true) => FormattableString.Invariant($"{(Above ? "above " : "")}{Min} to {Max}"),
        (true, false) => FormattableString.Invariant($"{(Above ? "above" : "at least")} {Min}"),
        _ => "any number",
    };
}
