using System.Globalization;
using System.Text;

namespace TraceFast.Evaluation.FollowBench.Programs;

/// <summary>The Chinese summaries: each level adds one condition to those below it; lengths are in characters.</summary>
internal static class ChineseSummary
{
    /// <summary>Han characters with a numeric value (Unicode's kPrimaryNumeric, kAccountingNumeric and kOtherNumeric) in the basic plane.</summary>
    private const string HanNumerals = "㐅㒃㠪㭍一七万三九二五亖亿什仟仨伍佰億兆兩八六十千卄卅卌叁参參叄四壱壹幺廾廿弌弍弎弐拾捌柒漆玖百肆萬貮貳贰阡陆陌陸零";

    private const string Punctuation = Sentences.Punctuation + "，。：’“”";

    public static bool Check(string source, string answer, int level) => Conditions(source).Take(level).All(holds => holds(answer));

    private static Func<string, bool>[] Conditions(string source) => source switch
    {
        "cnn_dailymail" =>
        [
            a => Count(a) == 3,
            a => Sentences.Of(a, chinese: true).All(s => Sentences.Characters(s) < 15),
            a => SentenceHas(a, 1, "波特") && SentenceHas(a, 2, "演员") && SentenceHas(a, 3, "电影"),
            a => !SentenceHas(a, 2, "奢侈"),
            a => SentenceHas(a, 3, "了"),
        ],
        "xsum" =>
        [
            a => Count(a) == 1,
            a => Sentences.Characters(a) < 20,
            a => !Has(a, "牛顿斯图尔特"),
            a => Has(a, "在"),
            a => Has(a, "操作"),
        ],
        "samsum" =>
        [
            a => Count(a) == 1,
            a => Sentences.Characters(a) < 15,
            a => Has(a, "琐碎的"),
            a => !Has(a, "拖沓的"),
            a => a.Count(Punctuation.Contains) == 1,
        ],
        "gigaword" =>
        [
            a => Sentences.Characters(a) == 8,
            a => !a.Any(Punctuation.Contains),
            a => !a.EnumerateRunes().Any(IsNumeric),
            a => !Has(a, "公交车"),
            a => Has(a, "在"),
        ],
        "arxiv" =>
        [
            a => Count(a) == 1,
            a => Sentences.Characters(a) <= 20,
            a => a.StartsWith("我们", StringComparison.Ordinal),
            a => Has(a, "激活"),
            a => !Has(a, "transformer"),
        ],
        _ => throw new ArgumentOutOfRangeException(nameof(source), source, "no program for this source"),
    };

    private static int Count(string answer) => Sentences.Of(answer, chinese: true).Length;

    private static bool Has(string text, string word) => text.Contains(word, StringComparison.Ordinal);

    private static bool SentenceHas(string answer, int number, string word) =>
        Sentences.Of(answer, chinese: true) is { } s && s.Length >= number && Has(s[number - 1], word);

    /// <summary>Python's str.isnumeric: Han numerals such as 三 are numeric too.</summary>
    private static bool IsNumeric(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber
        || (rune.IsBmp && HanNumerals.Contains((char)rune.Value));
}
