using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace TraceFast.Evaluation.ComplexBench;

/// <summary>A rule's text does not have the form that its name asks for; the published code breaks off.</summary>
public sealed class RuleException(string message) : Exception(message);

/// <summary>What the published rules read from their own texts and from objects: lists, ranges, punctuation of full width, outer quotes.</summary>
internal static class RuleText
{
    /// <summary>ASCII punctuation (Python's string.punctuation) and what each becomes.</summary>
    public const string Ascii = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    private const string Wide = "！\"＃＄％＆'（）＊+，-。/：；<=>？@[＼]＾_`{|}~";

    /// <summary>ASCII punctuation to that of full width where Chinese text has one; curly double quotes to straight ones.</summary>
    public static string Widen(string text)
    {
        StringBuilder wide = new(text.Length);
        foreach (char c in text)
        {
            int at = Ascii.IndexOf(c);
            wide.Append(at >= 0 ? Wide[at] : c is '“' or '”' ? '"' : c);
        }

        return wide.ToString();
    }

    /// <summary>Without leading line feeds and the quotes around.</summary>
    /// <exception cref="RuleException">Nothing but line feeds.</exception>
    public static string Unquote(string text)
    {
        if (text.Length == 0)
            return "";
        string trimmed = text.TrimStart('\n');
        if (trimmed.Length == 0)
            throw new RuleException("the object is nothing but line ends");
        bool quoted = trimmed[0] is '"' or '“' or '`' && trimmed[^1] is '"' or '”' or '`';
        return !quoted ? trimmed : trimmed.Length == 1 ? "" : trimmed[1..^1];
    }

    /// <summary>The value after "name:" up to the rule's end.</summary>
    /// <param name="rule">The rule's text, one line for each name.</param>
    /// <param name="name">Of the rule.</param>
    /// <param name="lines">Whether the value may go on over several lines.</param>
    public static string Value(string rule, string name, bool lines = false) =>
        First(rule, $"{name}:(.*?)$", lines) ?? throw Missing(rule, name, "VALUE");

    /// <summary>The list after "name:" as it is written.</summary>
    public static string Literal(string rule, string name, bool lines = true) => First(rule, $@"{name}:(\[.*?\])$", lines) ?? throw Missing(rule, name, "[A,B]");

    /// <summary>The elements of the list after "name:", without white space around them.</summary>
    public static string[] List(string rule, string name, bool lines = false, bool trim = true) =>
        [.. Literal(rule, name, lines).Trim('[', ']').Split(',').Select(e => trim ? e.Trim() : e)];

    /// <summary>The two ends of the range after "name:".</summary>
    public static (double From, double To) Range(string rule, string name, bool lines = false)
    {
        string[] ends = List(rule, name, lines);
        if (ends.Length >= 2 && double.TryParse(ends[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double from)
            && double.TryParse(ends[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double to))
            return (from, to);
        throw Missing(rule, name, "[FROM,TO]");
    }

    /// <summary>The two ends and the words after them in the list after "name:".</summary>
    public static (int From, int To, string[] Words) Counted(string rule, string name, bool lines, bool trim) => Counted(rule, name, List(rule, name, lines, trim));

    public static (int From, int To, string[] Words) Counted(string rule, string name, string[] list)
    {
        if (list.Length >= 2 && int.TryParse(list[0].Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int from)
            && int.TryParse(list[1].Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int to))
            return (from, to, list[2..]);
        throw Missing(rule, name, "[FROM,TO,A,B]");
    }

    /// <summary>The two values of "first:A LF second:B".</summary>
    public static (string First, string Second) Pair(string rule, string first, string second, string value = "(.*?)")
    {
        Match match = Regex.Match(rule, $"{first}:{value}\n{second}:{value}$", RegexOptions.Singleline | RegexOptions.CultureInvariant);
        return match.Success ? (match.Groups[1].Value, match.Groups[2].Value) : throw new RuleException($"the rule \"{rule}\" is not of the form \"{first}:A\", line end, \"{second}:B\"");
    }

    public static RuleException Missing(string rule, string name, string form) => new($"the rule \"{rule}\" is not of the form {name}:{form}");

    private static string? First(string rule, string pattern, bool lines) =>
        Regex.Match(rule, pattern, (lines ? RegexOptions.Singleline : RegexOptions.None) | RegexOptions.CultureInvariant) is { Success: true } match ? match.Groups[1].Value : null;
}
