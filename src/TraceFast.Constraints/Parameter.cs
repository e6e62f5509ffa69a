namespace TraceFast.Constraints;

/// <summary>What an argument's value is.</summary>
public enum ParameterType
{
    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A text that is not empty.</summary>
    Text,

    /// <summary>A list of texts, not empty.</summary>
    Texts,
}

/// <summary>One argument that a sort takes.</summary>
/// <param name="Name">As in JSON and in wordings: {name}.</param>
/// <param name="Type">What its value is.</param>
/// <param name="Required">False: may be left out, for example one end of a range.</param>
/// <param name="Values">The texts allowed; null: any.</param>
public sealed record Parameter(string Name, ParameterType Type, bool Required = true, IReadOnlyList<string>? Values = null);
