namespace TraceFast.Endpoint.Asking;

/// <summary>What a model answered where a form was asked for.</summary>
/// <param name="Value">What the form holds; null: undecided, there is no answer of the form.</param>
/// <param name="RawText">Its last answer as it stands; empty where there was none.</param>
/// <param name="Reason">Where undecided: why.</param>
public sealed record ParsedResponse<T>(T? Value, string RawText, string Reason = "")
    where T : class
{
    private const int ShownCharacters = 4000;

    /// <summary>What it said, for a report: without white space around it, its beginning where it is long.</summary>
    public string Shown => RawText.Trim() is { Length: > ShownCharacters } text ? text[..ShownCharacters] + " ..." : RawText.Trim();

    public bool IsDecided => Value is not null;

    /// <summary>The model answered, in whatever form; false: the endpoint gave no answer.</summary>
    public bool IsAnswered { get; init; } = true;
}
