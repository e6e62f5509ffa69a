namespace TraceFast.Training;

/// <summary>
/// Insertions, deletions, substitutions and swaps of neighbours that turn one name into another (optimal string alignment).
/// Source: Damerau, "A technique for computer detection and correction of spelling errors", CACM 7(3), 1964.
/// </summary>
internal static class EditDistance
{
    private const int LongestName = 100;

    /// <summary>The distance; names are compared by their first hundred characters, so that a hostile one costs nothing.</summary>
    public static int Between(string from, string to)
    {
        (from, to) = (from.Length > LongestName ? from[..LongestName] : from, to.Length > LongestName ? to[..LongestName] : to);
        var d = new int[from.Length + 1, to.Length + 1];
        for (int i = 0; i <= from.Length; i++)
            d[i, 0] = i;
        for (int j = 0; j <= to.Length; j++)
            d[0, j] = j;
        for (int i = 1; i <= from.Length; i++)
        {
            for (int j = 1; j <= to.Length; j++)
            {
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }
        return d[from.Length, to.Length];
    }
}
