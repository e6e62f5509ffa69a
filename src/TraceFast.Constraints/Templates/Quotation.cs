using System.Buffers;
using System.Text;

namespace TraceFast.Constraints.Templates;

/// <summary>Texts in quotation marks, and lists of them.</summary>
internal static class Quotation
{
    private static readonly (char Open, char Close)[] s_marks =
        [('"', '"'), ('“', '”'), ('「', '」'), ('\'', '\''), ('‘', '’'), ('『', '』'), ('`', '`')];

    private static readonly SearchValues<char> s_separators = SearchValues.Create(",、，\"“”");

    private static readonly string[] s_joints =
        [", and ", ", or ", ", ", " and ", " or ", ",", "、", "，", "和", "或者", "或", "及", "与", "以及", "、和", "、或"];

    /// <summary>After the text in quotation marks that starts at a position; -1: none does.</summary>
    public static int EndOf(string text, int at)
    {
        int mark = at < text.Length ? Array.FindIndex(s_marks, m => m.Open == text[at]) : -1;
        int close = mark < 0 ? -1 : text.IndexOf(s_marks[mark].Close, at + 1);
        return close > at + 1 ? close + 1 : -1;
    }

    /// <summary>After the list of texts in quotation marks that starts at a position; -1: none does.</summary>
    public static int EndOfList(string text, int at)
    {
        int end = EndOf(text, at);
        while (end > 0 && NextOf(text, end) is var next and > 0)
            end = next;
        return end;
    }

    private static int NextOf(string text, int at)
    {
        foreach (string joint in s_joints)
        {
            if (string.Compare(text, at, joint, 0, joint.Length, StringComparison.OrdinalIgnoreCase) == 0
                && EndOf(text, at + joint.Length) is var end and > 0)
                return end;
        }

        return -1;
    }

    /// <summary>The text in the language's marks, or in others where it holds those; null: it holds all.</summary>
    public static string? Quote(string text, Language language)
    {
        int first = language == Language.Chinese ? 1 : 0;
        for (int n = 0; n < s_marks.Length; n++)
        {
            (char open, char close) = s_marks[n == first ? 0 : n == 0 ? first : n];
            if (!text.Contains(open) && !text.Contains(close))
                return open + text + close;
        }

        return null;
    }

    /// <summary>"a", "b" and "c"; “甲”、“乙”和“丙”. Null: one of the texts cannot be quoted.</summary>
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
        texts.Any(t => t.AsSpan().ContainsAny(s_separators) || t.Trim().Length != t.Length) ? null
            : string.Join(language == Language.Chinese ? "、" : ", ", texts);

    public static string Unquote(string quoted) => quoted[1..^1];

    /// <summary>The texts of a list.</summary>
    public static string[] ReadList(string list)
    {
        List<string> texts = [];
        int i = 0;
        while (i < list.Length)
        {
            int mark = Array.FindIndex(s_marks, m => m.Open == list[i]);
            int close = mark < 0 ? -1 : list.IndexOf(s_marks[mark].Close, i + 1);
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

    public static string[] ReadPlainList(string list) =>
        list.Split([',', '、', '，'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

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
