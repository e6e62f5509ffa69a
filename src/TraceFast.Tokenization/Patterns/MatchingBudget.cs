using TraceFast.Data.CodePoints;

namespace TraceFast.Tokenization.Patterns;

/// <summary>
/// How long regular expressions may still take on the text that this thread encodes or decodes, over all pieces and components:
/// proportional to the text.
/// </summary>
internal static class MatchingBudget
{
    [ThreadStatic]
    private static MatchTime? s_time;

    /// <summary>What is left on this thread.</summary>
    public static MatchTime Time => s_time ??= new MatchTime();

    /// <summary>Starts again for a text of this many UTF-16 units.</summary>
    public static void Renew(int units) => Time.Renew(units);
}
