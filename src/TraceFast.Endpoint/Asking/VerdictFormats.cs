using System.Globalization;
using System.Text.RegularExpressions;
using TraceFast.Endpoint.Asking;

namespace TraceFast.Endpoint.Asking;

/// <summary>Forms in which a judge says yes or no.</summary>
public static partial class VerdictFormats
{
    /// <summary>The last line is "VERDICT: YES" or "VERDICT: NO"; no other line says another verdict.</summary>
    public static ResponseFormat<Verdicts> One { get; } = new(ParseOne, "the last line is exactly VERDICT: YES or VERDICT: NO");

    /// <summary>The last lines are "1: YES", "2: NO" ... up to <paramref name="count"/>.</summary>
    public static ResponseFormat<Verdicts> Numbered(int count) =>
        new(text => ParseNumbered(text, count),
            $"the last {count} lines are exactly of the form N: YES or N: NO, for N from 1 to {count}, in this order");

    private static Verdicts? ParseOne(string text)
    {
        string[] lines = Lines(text);
        if (lines.Length == 0)
            return null;
        bool? last = VerdictOf(lines[^1]);
        return last is { } verdict && lines.All(l => VerdictOf(l) is not { } other || other == verdict) ? new Verdicts([verdict]) : null;
    }

    private static bool? VerdictOf(string line) =>
        VerdictLine().Match(line) is { Success: true } match ? match.Groups[1].Value == "YES" : null;

    private static Verdicts? ParseNumbered(string text, int count)
    {
        string[] lines = Lines(text);
        if (lines.Length < count || (lines.Length > count && NumberedLine().IsMatch(lines[^(count + 1)])))
            return null;
        bool[] verdicts = new bool[count];
        for (int i = 0; i < count; i++)
        {
            Match match = NumberedLine().Match(lines[^(count - i)]);
            if (!match.Success || match.Groups[1].Value != (i + 1).ToString(CultureInfo.InvariantCulture))
                return null;
            verdicts[i] = match.Groups[2].Value == "YES";
        }

        return new Verdicts(verdicts);
    }

    /// <summary>The lines that are not blank, without Markdown's bold marks around them.</summary>
    private static string[] Lines(string text) => [.. text.Split('\n').Select(l => l.Trim().Trim('*').Trim()).Where(l => l.Length > 0)];

    [GeneratedRegex(@"\AVERDICT[:：]\s*(YES|NO)\.?\z")]
    private static partial Regex VerdictLine();

    [GeneratedRegex(@"\A([0-9]{1,3})[:：.]\s*(YES|NO)\.?\z")]
    private static partial Regex NumberedLine();
}

/// <summary>Whether each of several constraints is obeyed, in order.</summary>
public sealed record Verdicts(IReadOnlyList<bool> Obeyed);
