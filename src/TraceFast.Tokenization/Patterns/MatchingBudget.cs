namespace TraceFast.Tokenization.Patterns;

/// <summary>
/// How many steps regular expressions may still take on the text that this thread encodes or decodes, over all pieces and
/// components: proportional to the text, with room for the quadratic behaviour of ordinary patterns on short texts.
/// </summary>
internal static class MatchingBudget
{
    private const long AtLeast = 50_000_000;
    private const long PerUnit = 400;

    /// <summary>What is left on this thread.</summary>
    [ThreadStatic]
    public static long Left;

    /// <summary>Starts anew for a text of so many UTF-16 units.</summary>
    public static void Renew(int units) => Left = AtLeast + PerUnit * units;
}
