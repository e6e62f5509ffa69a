namespace TraceFast.Constraints.Format;

/// <summary>Full-width punctuation and its half-width twin are one mark: a reader who forbids commas means ， as well.</summary>
internal static class FoldedWidth
{
    private const string Stops = ".．。｡", DoubleQuotes = "\"＂“”„", SingleQuotes = "'＇‘’";

    /// <summary>The half-width twin; the character itself where there is none.</summary>
    public static char Of(char c) => c switch
    {
        _ when Stops.Contains(c) => '.',
        _ when DoubleQuotes.Contains(c) => '"',
        _ when SingleQuotes.Contains(c) => '\'',
        >= '！' and <= '～' => (char)(c - 0xFEE0),
        _ => c,
    };

    /// <summary>All that are one mark with it.</summary>
    public static string Twins(char c) => Of(c) switch
    {
        '.' => Stops,
        '"' => DoubleQuotes,
        '\'' => SingleQuotes,
        >= '!' and <= '~' and var half => $"{half}{(char)(half + 0xFEE0)}",
        _ => c.ToString(),
    };
}
