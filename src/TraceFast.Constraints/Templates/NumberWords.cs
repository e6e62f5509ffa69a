namespace TraceFast.Constraints.Templates;

/// <summary>Numbers up to 99 in words: "twenty-one"; 二十一, with 两 for 2 as before a classifier.</summary>
internal static class NumberWords
{
    public const int Last = 99;

    private static readonly string[] s_small =
    [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
            "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ];

    private static readonly string[] s_tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

    private const string Digits = "零一二三四五六七八九";

    private static readonly string[] s_english = [.. Enumerable.Range(0, Last + 1).Select(InEnglish)];

    private static readonly string[] s_chinese = [.. Enumerable.Range(0, Last + 1).Select(InChinese)];

    private static readonly Dictionary<string, int> s_values = new(
        s_english.Select((word, n) => KeyValuePair.Create(word, n)).Concat(s_chinese.Select((word, n) => KeyValuePair.Create(word, n)))
            .Append(new("二", 2)), StringComparer.OrdinalIgnoreCase);

    public static string Render(int number, Language language) => (language == Language.Chinese ? s_chinese : s_english)[number];

    public static int? Parse(string words) => s_values.TryGetValue(words, out int number) ? number : null;

    private static string InEnglish(int n) => n < 20 ? s_small[n] : s_tens[n / 10] + (n % 10 == 0 ? "" : "-" + s_small[n % 10]);

    private static string InChinese(int n)
    {
        if (n == 2)
            return "两";
        if (n < 10)
            return Digits[n].ToString();
        return (n < 20 ? "" : Digits[n / 10].ToString()) + "十" + (n % 10 == 0 ? "" : Digits[n % 10].ToString());
    }
}
