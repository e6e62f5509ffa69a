using System.Globalization;
using System.Text.RegularExpressions;
using TraceFast.Constraints.Templates;

namespace TraceFast.Constraints.Recognition;

/// <summary>Counts with bounds, as instructions have them: "不超过200字", "between 3 and 5 sentences".</summary>
internal static class CountPhrase
{
    private static readonly Vocabulary s_zh = Vocabulary.Chinese, s_en = Vocabulary.English;

    private static readonly (Side Side, string Before, string After)[] s_lists =
    [
        (Side.About, "bounds about", "after about"),
        (Side.AtLeast, "bounds at least", "after at least"),
        (Side.AtMost, "bounds at most", "after at most"),
        (Side.MoreThan, "bounds more than", ""),
        (Side.LessThan, "bounds less than", ""),
        (Side.Exactly, "bounds exactly", ""),
        (Side.None, "bounds none", ""),
    ];

    private static readonly Dictionary<string, Side> s_sides = new(
        s_lists.SelectMany(l => Vocabulary.Both.Words(l.Before), (list, word) => KeyValuePair.Create(word, list.Side)),
        StringComparer.OrdinalIgnoreCase);

    private static readonly (Side Side, string[] Words)[] s_sidesAfter =
        [.. s_lists.Where(l => l.After.Length > 0).Select(l => (l.Side, Vocabulary.Both.Words(l.After).ToArray()))];

    /// <summary>What a number without a bound means: of words or characters about that many, of sentences or items exactly that many.</summary>
    public enum Bare
    {
        Unclear,
        Exact,
    }

    private enum Side
    {
        None,
        About,
        AtLeast,
        MoreThan,
        AtMost,
        LessThan,
        Exactly,
    }

    /// <summary>A pattern of a count in Chinese, with the groups bound, a, b, unit and after.</summary>
    /// <param name="unit">A pattern of what is counted.</param>
    /// <param name="suffix">Ends the names of the groups, where a pattern has two counts.</param>
    /// <param name="verb">A pattern of what may be between the unit and the words after it.</param>
    public static string Chinese(string unit, string suffix = "", string verb = "") =>
        $"(?<bound{suffix}>"
        + $"{s_zh["bounds at least", "bounds at most", "bounds more than", "bounds less than", "bounds exactly", "bounds none"]})?"
        + $"{s_zh["count verbs"]}*"
        + $"\\s*(?<a{suffix}>{Numerals.Chinese})\\s*(?:(?:{unit})?\\s*{s_zh["range joints"]}\\s*(?<b{suffix}>{Numerals.Chinese}))?"
        + $"\\s*(?<unit{suffix}>{unit}){verb}(?<after{suffix}>{s_zh["after at least", "after at most", "after about", "after none"]}*)";

    /// <summary>The same in English, with the group or for what may be before the unit.</summary>
    public static string English(string unit, string suffix = "") =>
        $"(?<bound{suffix}>"
        + $"{s_en["bounds at least", "bounds at most", "bounds more than", "bounds less than", "bounds exactly", "bounds about"]})?"
        + $"\\s*(?:{s_en["range openings"]}\\s+)?(?<a{suffix}>{Numerals.English})\\s*(?:{s_en["range joints"]}\\s*"
        + $"(?<b{suffix}>{Numerals.EnglishEnd}))?"
        + $"(?<or{suffix}>\\s+{s_en["more or less"]})?[\\s-]*(?:{s_en["count adjectives"]} )?(?<unit{suffix}>{unit})"
        + $"(?<after{suffix}>\\s+{s_en["more or less"]}| {s_en["after at least", "after at most", "after about"]})?";

    /// <summary>The range; null where the bounds say "about", contradict each other or say nothing.</summary>
    public static CountRange? Read(Match match, string suffix = "", Bare bare = Bare.Unclear)
    {
        if (Numerals.Parse(match.Groups["a" + suffix].Value) is not { } a || a == 0)
            return null;
        Side side = SideOf(match.Groups["bound" + suffix].Value);
        Side after = SideAfter(match.Groups["after" + suffix].Value + match.Groups["or" + suffix].Value);
        if (side == Side.About || after == Side.About)
            return null;
        if (match.Groups["b" + suffix].Success)
            return Numerals.Parse(match.Groups["b" + suffix].Value) is { } b && b >= a && side is Side.None or Side.Exactly ? new(a, b)
                : null;
        if (side is Side.None or Side.Exactly && after != Side.None)
            side = after;
        else if (after != Side.None && side != after)
            return null; // "at least 100 words or less"
        return side switch
        {
            Side.AtLeast => CountRange.AtLeast(a),
            Side.MoreThan => CountRange.AtLeast(a + 1),
            Side.AtMost => CountRange.AtMost(a),
            Side.LessThan => a > 1 ? CountRange.AtMost(a - 1) : null,
            Side.Exactly => CountRange.Exactly(a),
            _ => bare == Bare.Exact ? CountRange.Exactly(a) : null,
        };
    }

    /// <summary>A bound that only the pattern's view of letter case takes for one of the words (İ for i) says nothing sure.</summary>
    private static Side SideOf(string bound) => bound.Length == 0 ? Side.None : s_sides.GetValueOrDefault(bound, Side.About);

    private static Side SideAfter(string after)
    {
        foreach ((Side side, string[] words) in s_sidesAfter)
        {
            if (Array.Exists(words, w => after.Contains(w, StringComparison.OrdinalIgnoreCase)))
                return side;
        }

        return Side.None;
    }
}

/// <summary>Whole numbers as instructions have them: 1,500, 两千, 3千, 1.5万, three hundred.</summary>
internal static class Numerals
{
    /// <summary>Pattern of a number beside Chinese.</summary>
    public const string Chinese = "(?:[0-9][0-9,]*(?:\\.[0-9]+)?[百千万]?|[零〇一二两三四五六七八九十百千万]+)";

    private static readonly Vocabulary s_en = Vocabulary.English;

    /// <summary>Pattern of a number beside English.</summary>
    public static string English { get; } =
        $"(?:[0-9][0-9,]*|{s_en["number words"]}(?:[ -]{s_en["number multiples"]})?|{s_en["other numbers"]})";

    /// <summary>Pattern of the second number of a range in English.</summary>
    public static string EnglishEnd { get; } = $"(?:[0-9][0-9,]*|{s_en["range end words"]})";

    /// <summary>The number, or null where it is none or above a hundred million.</summary>
    public static int? Parse(string text)
    {
        text = text.Trim();
        if (text.Length is 0 or > 60)
            return null;
        decimal? value = char.IsAsciiDigit(text[0]) ? ParseDigits(text) : char.IsAsciiLetter(text[0]) ? ParseEnglish(text)
            : ParseChinese(text);
        return value is { } number && number == decimal.Truncate(number) && number is >= 0 and <= 100_000_000 ? (int)number : null;
    }

    private static decimal? ParseDigits(string text)
    {
        decimal scale = text[^1] switch { '百' => 100, '千' => 1000, '万' => 10_000, _ => 1 };
        string digits = (scale == 1 ? text : text[..^1]).Replace(",", "", StringComparison.Ordinal);
        return decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value)
            && value < 100_000_000 ? value * scale : null;
    }

    private static decimal? ParseEnglish(string text)
    {
        int total = 0, part = 0;
        foreach (string word in text.Split([' ', '-'], StringSplitOptions.RemoveEmptyEntries))
        {
            switch (word.ToLowerInvariant())
            {
                case "hundred":
                    part = Math.Max(part, 1) * 100;
                    break;
                case "thousand":
                    (total, part) = (total + Math.Max(part, 1) * 1000, 0);
                    break;
                case "a" or "an" or "once":
                    part++;
                    break;
                case "twice":
                    part += 2;
                    break;
                case "single" or "and":
                    break;
                default:
                    if (NumberWords.Parse(word) is not { } value)
                        return null;
                    part += value;
                    break;
            }

            if (total + part > 10_000_000)
                return null;
        }

        return total + part;
    }

    private static decimal? ParseChinese(string text)
    {
        decimal total = 0, section = 0;
        int digit = -1;
        foreach (char c in text)
        {
            int value = c switch { '〇' => 0, '两' => 2, _ => "零一二三四五六七八九".IndexOf(c, StringComparison.Ordinal) };
            int unit = c switch { '十' => 10, '百' => 100, '千' => 1000, '万' => 10_000, _ => 0 };
            if (value >= 0)
            {
                digit = value;
                continue;
            }

            if (unit == 0)
                return null;
            if (unit == 10_000)
                (total, section) = (total + (section + Math.Max(digit, 0)) * unit, 0);
            else
                section += (digit < 0 ? 1 : digit) * unit;
            digit = -1;
            if (total > 100_000_000)
                return null;
        }

        return total + section + Math.Max(digit, 0);
    }
}
