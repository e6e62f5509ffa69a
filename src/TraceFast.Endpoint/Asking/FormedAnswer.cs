namespace TraceFast.Endpoint.Asking;

/// <summary>What a model answered where a form was asked for.</summary>
/// <param name="Value">What the form holds; null: undecided, there is no answer of the form.</param>
/// <param name="Said">Its last answer as it stands; empty where there was none.</param>
/// <param name="Why">Where undecided: why.</param>
public sealed record FormedAnswer<T>(T? Value, string Said, string Why = "")
    where T : class
{
    public bool IsDecided => Value is not null;
}
