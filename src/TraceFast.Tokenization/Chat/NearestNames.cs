namespace TraceFast.Tokenization.Chat;

/// <summary>The known names that an unknown one may have meant.</summary>
internal static class NearestNames
{
    private const int LongestCompared = 64;

    public static IReadOnlyList<string> Of(string name, IEnumerable<string> known, int count) =>
        [.. known.OrderBy(k => Distance(name, k)).ThenBy(k => k, StringComparer.Ordinal).Take(count)];

    // Levenshtein's distance, case and separators aside; a shared beginning counts, so that "qwen2" finds "qwen2_5".
    private static double Distance(string a, string b)
    {
        (string x, string y) = (Plain(a), Plain(b));
        int[] row = [.. Enumerable.Range(0, y.Length + 1)];
        for (int i = 1; i <= x.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= y.Length; j++)
            {
                int substituted = diagonal + (x[i - 1] == y[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        int shared = x.Zip(y).TakeWhile(pair => pair.First == pair.Second).Count();
        return row[y.Length] - 0.4 * shared;
    }

    private static string Plain(string name) =>
        new([.. name.Take(LongestCompared).Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
}
