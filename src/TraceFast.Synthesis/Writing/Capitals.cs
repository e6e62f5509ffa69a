namespace TraceFast.Synthesis.Writing;

/// <summary>Capital first letters.</summary>
internal static class Capitals
{
    public static string First(string text) => text.Length > 0 && char.IsLower(text[0]) ? char.ToUpperInvariant(text[0]) + text[1..] : text;
}
