namespace TraceFast.Constraints;

/// <summary>A response to check. What sorts ask of its text is found once, on demand.</summary>
public sealed class Response(string text)
{
    public string Text { get; } = text;
}
