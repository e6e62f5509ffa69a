using System.Text.RegularExpressions;

namespace TraceFast.Evaluation.FollowBench;

/// <summary>
/// Reads a judge's last line as FollowBench's published code does: at level 1 YES or else NO anywhere in it; above, a Python list of as many texts as the level.
/// </summary>
/// <param name="Satisfied">Whether each added constraint is; at level 1 one element.</param>
public sealed partial record FollowBenchAnswer(IReadOnlyList<bool> Satisfied)
{
    /// <summary>1 where all are satisfied, else 0.</summary>
    public int Hard => Satisfied.All(s => s) ? 1 : 0;

    /// <summary>Share that is satisfied.</summary>
    public double Soft => (double)Satisfied.Count(s => s) / Satisfied.Count;

    /// <summary>A list of five texts is far shorter; what is longer is not searched.</summary>
    private const int LongestLine = 10_000;

    /// <returns>Null: it can not be read; the published code then counts -1 in both sums.</returns>
    public static FollowBenchAnswer? Parse(string answer, int level)
    {
        string last = answer.Trim('`').Trim().Split('\n')[^1];
        if (last.Length > LongestLine)
            return null;
        if (level == 1)
        {
            bool yes = last.Contains("YES", StringComparison.Ordinal);
            return yes || last.Contains("NO", StringComparison.Ordinal) ? new FollowBenchAnswer([yes]) : null;
        }

        if (List().Match(last) is not { Success: true } list || Elements(list.Value) is not { } elements || elements.Count != level)
            return null;
        if (elements.Any(e => e is not ("YES" or "NO" or "PARTIAL" or "MAYBE" or "UNKNOWN" or "N/A")))
            return null;
        return new FollowBenchAnswer([.. elements.Select(e => e == "YES")]);
    }

    /// <summary>The texts of a Python list literal of quoted texts; null: it is none.</summary>
    private static List<string>? Elements(string list)
    {
        if (!WholeList().IsMatch(list))
            return null;
        return [.. Element().Matches(list).Select(m => m.Value[1..^1])];
    }

    /// <summary>From the first opening to the last closing bracket.</summary>
    [GeneratedRegex(@"\[.*\]")]
    private static partial Regex List();

    [GeneratedRegex(@"\A\[\s*(?:(?:'[^'\\]*'|""[^""\\]*"")\s*(?:,\s*(?:'[^'\\]*'|""[^""\\]*"")\s*)*,?\s*)?\]\z")]
    private static partial Regex WholeList();

    [GeneratedRegex(@"'[^'\\]*'|""[^""\\]*""")]
    private static partial Regex Element();
}
