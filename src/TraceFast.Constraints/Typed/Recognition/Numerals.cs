using System.Globalization;

namespace TraceFast.Constraints.Typed.Recognition;

/// <summary>Whole numbers as they stand in instructions: 1,500, 两千, 3千, 1.5万, three hundred.</summary>
internal static class Numerals
{
    /// <summary>Pattern of a number beside Chinese.</summary>
    public const string Chinese = "(?:[0-9][0-9,]*(?:\\.[0-9]+)?[百千万]?|[零〇一二两三四五六七八九十百千万]+)";

    /// <summary>Pattern of a number beside English.</summary>
    public const string English =
        "(?:[0-9][0-9,]*|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine|hundred|thousand))?|a hundred|a single|twice|once|an?)";

    /// <summary>Pattern of the second number of a range in English.</summary>
    public const string EnglishEnd = "(?:[0-9][0-9,]*|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty)";

    private static readonly Dictionary<string, int> EnglishWords = new(StringComparer.OrdinalIgnoreCase)
    {
        ["a"] = 1, ["an"] = 1, ["single"] = 0, ["and"] = 0, ["once"] = 1, ["twice"] = 2,
        ["one"] = 1, ["two"] = 2, ["three"] = 3, ["four"] = 4, ["five"] = 5, ["six"] = 6, ["seven"] = 7, ["eight"] = 8, ["nine"] = 9, ["ten"] = 10,
        ["eleven"] = 11, ["twelve"] = 12, ["thirteen"] = 13, ["fourteen"] = 14, ["fifteen"] = 15, ["sixteen"] = 16, ["seventeen"] = 17, ["eighteen"] = 18,
        ["nineteen"] = 19, ["twenty"] = 20, ["thirty"] = 30, ["forty"] = 40, ["fifty"] = 50, ["sixty"] = 60, ["seventy"] = 70, ["eighty"] = 80, ["ninety"] = 90,
    };

    /// <summary>The number, or null where it is none or above a hundred million.</summary>
    public static int? Parse(string text)
    {
        text = text.Trim();
        if (text.Length is 0 or > 60)
            return null;
        decimal? value = char.IsAsciiDigit(text[0]) ? ParseDigits(text) : char.IsAsciiLetter(text[0]) ? ParseEnglish(text) : ParseChinese(text);
        return value is { } number && number == decimal.Truncate(number) && number is >= 0 and <= 100_000_000 ? (int)number : null;
    }

    private static decimal? ParseDigits(string text)
    {
        decimal scale = text[^1] switch { '百' => 100, '千' => 1000, '万' => 10_000, _ => 1 };
        string digits = (scale == 1 ? text : text[..^1]).Replace(",", "", StringComparison.Ordinal);
        return decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value) && value < 100_000_000 ? value * scale : null;
    }

    private static decimal? ParseEnglish(string text)
    {
        int total = 0, part = 0;
        foreach (string word in text.Split([' ', '-'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.Equals("hundred", StringComparison.OrdinalIgnoreCase))
                part = Math.Max(part, 1) * 100;
            else if (word.Equals("thousand", StringComparison.OrdinalIgnoreCase))
                (total, part) = (total + Math.Max(part, 1) * 1000, 0);
            else if (EnglishWords.TryGetValue(word, out int value))
                part += value;
            else
                return null;
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
            int value = "零一二三四五六七八九".IndexOf(c, StringComparison.Ordinal);
            if (c == '〇')
                value = 0;
            if (c == '两')
                value = 2;
            if (value >= 0)
            {
                digit = value;
                continue;
            }

            int unit = c switch { '十' => 10, '百' => 100, '千' => 1000, '万' => 10_000, _ => 0 };
            if (unit == 0)
                return null;
            if (unit == 10_000)
            {
                total += (section + Math.Max(digit, 0)) * unit;
                section = 0;
            }
            else
            {
                section += (digit < 0 ? 1 : digit) * unit;
            }

            digit = -1;
            if (total > 100_000_000)
                return null;
        }

        return total + section + Math.Max(digit, 0);
    }
}
