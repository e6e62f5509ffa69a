using System.Text.RegularExpressions;

namespace TraceFast.Evaluation.FollowBench.Programs;

/// <summary>The last result of a form that an answer states; null where it states none.</summary>
internal static partial class FinalAnswer
{
    /// <summary>(A)</summary>
    public static string? Letter(string answer) => Last(Letters(), answer);

    /// <summary>05/07/2021</summary>
    public static string? Date(string answer) => Last(Dates(), answer);

    /// <summary>$18</summary>
    public static string? Dollars(string answer) => Last(DollarSigns(), answer);

    /// <summary>18美元</summary>
    public static string? ChineseDollars(string answer) => Last(DollarWords(), answer);

    private static string? Last(Regex form, string answer) => form.Matches(answer) is { Count: > 0 } found ? found[^1].Value : null;

    [GeneratedRegex(@"\([A-Z]\)")]
    private static partial Regex Letters();

    [GeneratedRegex(@"\d{2}/\d{2}/\d{4}")]
    private static partial Regex Dates();

    [GeneratedRegex(@"\$\d+")]
    private static partial Regex DollarSigns();

    [GeneratedRegex(@"\d+美元")]
    private static partial Regex DollarWords();
}
