namespace TraceFast.Data;

/// <summary>The known names that an unknown one may have meant.</summary>
public static class NearestNames
{
    // A hostile name costs nothing.
    private const int LongestCompared = 64;

    /// <summary>The nearest ones, best first; ties in ordinal order.</summary>
    public static IReadOnlyList<string> Of(string name, IEnumerable<string> known, int count)
    {
        string plain = Plain(name);
        return [.. known.OrderBy(k => Distance(plain, Plain(k))).ThenBy(k => k, StringComparer.Ordinal).Take(count)];
    }

    /// <summary>
    /// Insertions, deletions, substitutions and swaps of neighbors that turn one name into another (optimal string alignment; Damerau, "A
    /// technique for computer detection and correction of spelling errors", CACM 7(3), 1964), less a little for each letter of a shared
    /// beginning, so that "qwen2" finds "qwen2_5".
    /// </summary>
    private static double Distance(string from, string to)
    {
        int[,] d = new int[from.Length + 1, to.Length + 1];
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

        int shared = from.Zip(to).TakeWhile(pair => pair.First == pair.Second).Count();
        return d[from.Length, to.Length] - 0.4 * shared;
    }

    /// <summary>Case and separators aside.</summary>
    private static string Plain(string name) =>
        new([.. name.Take(LongestCompared).Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
}
