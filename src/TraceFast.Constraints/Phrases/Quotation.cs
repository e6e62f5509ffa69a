using System.Buffers;
using System.Text;

namespace TraceFast.Constraints.Phrases;

/// <summary>Texts in quotation marks, and lists of them.</summary>
internal static class Quotation
{
    private static readonly (char Open, char Close)[] Marks = [('"', '"'), ('“', '”'), ('「', '」'), ('\'', '\''), ('‘', '’'), ('『', '』'), ('`', '`')];

    private static readonly SearchValues<char> Separators = SearchValues.Create(",、，\"“”");

    /// <summary>A regular expression of one text in quotation marks.</summary>
    public static string Pattern { get; } = "(?:" + string.Join('|', Marks.Select(m => $"{m.Open}[^{m.Close}]+{m.Close}")) + ")";

    /// <summary>A regular expression of a list of them: commas, blanks and a final and / or between.</summary>
    public static string ListPattern { get; } = $"{Pattern}(?:(?:[,、，]? ?(?:and|or|和|或|及|与|以及|或者) ?|[,、，] ?){Pattern})*";

    /// <summary>A regular expression of a list without quotation marks.</summary>
    public const string PlainListPattern = "[^,、，\"“”]+(?:[,、，] ?[^,、，\"“”]+)*";

    /// <summary>The text in the language's marks, or in others where it holds those; null: it holds all.</summary>
    public static string? Quote(string text, Language language)
    {
        int first = language == Language.Chinese ? 1 : 0;
        for (int n = 0; n < Marks.Length; n++)
        {
            (char open, char close) = Marks[n == first ? 0 : n == 0 ? first : n];
            if (!text.Contains(open) && !text.Contains(close))
                return open + text + close;
        }

        return null;
    }

    /// <summary>"a", "b" and "c"; “甲”、“乙”和“丙”. Null: one of the texts can not be quoted.</summary>
    public static string? List(IReadOnlyList<string> texts, Language language, bool either)
    {
        StringBuilder list = new();
        for (int n = 0; n < texts.Count; n++)
        {
            if (n > 0)
                list.Append(Joint(language, n == texts.Count - 1, either));
            if (Quote(texts[n], language) is not { } quoted)
                return null;
            list.Append(quoted);
        }

        return list.ToString();
    }

    /// <summary>a, b, c; 甲、乙、丙. Null: one of the texts holds what separates them.</summary>
    public static string? Plain(IReadOnlyList<string> texts, Language language) =>
        texts.Any(t => t.AsSpan().ContainsAny(Separators) || t.Trim().Length != t.Length) ? null : string.Join(language == Language.Chinese ? "、" : ", ", texts);

    public static string Unquote(string quoted) => quoted[1..^1];

    /// <summary>The texts of what <see cref="ListPattern"/> matched.</summary>
    public static string[] ReadList(string list)
    {
        List<string> texts = [];
        int i = 0;
        while (i < list.Length)
        {
            int mark = Array.FindIndex(Marks, m => m.Open == list[i]);
            int close = mark < 0 ? -1 : list.IndexOf(Marks[mark].Close, i + 1);
            if (close < 0)
            {
                i++;
                continue;
            }

            texts.Add(list[(i + 1)..close]);
            i = close + 1;
        }

        return [.. texts];
    }

    public static string[] ReadPlainList(string list) => list.Split([',', '、', '，'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string Joint(Language language, bool last, bool either) => (language, last, either) switch
    {
        (Language.Chinese, false, _) => "、",
        (Language.Chinese, true, true) => "或",
        (Language.Chinese, true, false) => "和",
        (_, false, _) => ", ",
        (_, true, true) => " or ",
        _ => " and ",
    };
}
