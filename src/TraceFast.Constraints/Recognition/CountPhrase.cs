using System.Text.RegularExpressions;

namespace TraceFast.Constraints.Recognition;

/// <summary>Patterns of a count with its bounds ("不超过200字", "between 3 and 5 sentences"), and what the bounds mean.</summary>
internal static class CountPhrase
{
    private const string ChineseBound =
        "不少于|不低于|不得少于|不得低于|不能少于|不能低于|不应少于|不应低于|不可少于|不小于|大于等于|至少|最少|起码|不超过|不多于|不得超过|不得多于|不能超过|不可超过|不应超过|不应多于|不要超过|不大于|不高于|小于等于|至多|最多|上限|限|超过|多于|大于|高于|少于|小于|低于|恰好|正好|刚好|必须|仅|只|共";

    private const string ChineseAfter = "及以上|或以上|以上|及以下|或以下|以内|之内|以下|之间|左右|上下|内|的?范围内?";

    private const string EnglishBound =
        "at least|no fewer than|not fewer than|no less than|not less than|a minimum of|minimum of|at minimum|at most|no more than|not more than|a maximum of|maximum of|up to|not exceed|not exceeding|does not exceed|more than|over|greater than|above|fewer than|less than|under|below|within|exactly|precisely|just|only|limited to|around|about|approximately|roughly";

    /// <summary>Groups bound, a, b, after with the suffix given; the unit stands where the language puts it.</summary>
    public static string Chinese(string unit, string suffix = "") =>
        $"(?<bound{suffix}>{ChineseBound})?(?:为|是|有|在|到|含有|含|包含|包括|使用|要|需要?|应)*\\s*(?<a{suffix}>{Numerals.Chinese})\\s*(?:(?:{unit})?\\s*(?:至|到|~|～|-|–|—|－|和)\\s*(?<b{suffix}>{Numerals.Chinese}))?\\s*(?<unit{suffix}>{unit})(?<after{suffix}>(?:{ChineseAfter})*)";

    public static string English(string unit, string suffix = "") =>
        $"(?<bound{suffix}>{EnglishBound})?\\s*(?:between\\s+|from\\s+)?(?<a{suffix}>{Numerals.English})\\s*(?:(?:to|and|-|–|—)\\s*(?<b{suffix}>{Numerals.EnglishEnd}))?(?<or{suffix}>\\s+or (?:more|fewer|less))?[\\s-]*(?:different |separate |distinct |full |complete )?(?<unit{suffix}>{unit})(?<after{suffix}>\\s+or (?:more|fewer|less)| maximum| minimum| at least| at most| max| min| or so)?";

    /// <summary>The range; null where the bounds say "about", contradict each other or say nothing.</summary>
    /// <param name="bare">What a number without any bound means.</param>
    public static CountRange? Read(Match match, string suffix = "", Bare bare = Bare.Unclear)
    {
        if (Numerals.Parse(match.Groups["a" + suffix].Value) is not { } a || a == 0)
            return null;
        string bound = match.Groups["bound" + suffix].Value.ToLowerInvariant();
        string after = (match.Groups["after" + suffix].Value + match.Groups["or" + suffix].Value).ToLowerInvariant();
        if (after.Contains("左右", StringComparison.Ordinal) || after.Contains("上下", StringComparison.Ordinal) || after.Contains("or so", StringComparison.Ordinal) || bound is "around" or "about" or "approximately" or "roughly")
            return null;
        if (match.Groups["b" + suffix].Success)
        {
            return Numerals.Parse(match.Groups["b" + suffix].Value) is { } b && b >= a && BoundSide(bound) is Side.None or Side.Exact
                ? new(a, b) : null;
        }

        Side side = BoundSide(bound), tail = AfterSide(after);
        if (side is not (Side.None or Side.Exact) && tail != Side.None && (side, tail) is not ((Side.High, Side.High) or (Side.Low, Side.Low)))
            return null; // "at least 100 words or less"
        if (side is Side.None or Side.Exact && tail != Side.None)
            side = tail;
        return side switch
        {
            Side.Low => CountRange.AtLeast(a),
            Side.Over => CountRange.AtLeast(a + 1),
            Side.High => CountRange.AtMost(a),
            Side.Under => a > 1 ? CountRange.AtMost(a - 1) : null,
            Side.Exact when bound is not ("必须" or "共") || bare == Bare.Exact => CountRange.Exactly(a),
            Side.None when bare == Bare.Exact => CountRange.Exactly(a),
            _ => null,
        };
    }

    /// <summary>What a number without a bound means: for words or characters about so many, for sentences or items exactly so many.</summary>
    public enum Bare
    {
        Unclear,
        Exact,
    }

    private enum Side
    {
        None,
        Low,
        Over,
        High,
        Under,
        Exact,
    }

    private static Side BoundSide(string bound) => bound switch
    {
        "" => Side.None,
        "不少于" or "不低于" or "不得少于" or "不得低于" or "不能少于" or "不能低于" or "不应少于" or "不应低于" or "不可少于" or "不小于" or "大于等于" or "至少" or "最少" or "起码" => Side.Low,
        "at least" or "no fewer than" or "not fewer than" or "no less than" or "not less than" or "a minimum of" or "minimum of" or "at minimum" => Side.Low,
        "超过" or "多于" or "大于" or "高于" or "more than" or "over" or "greater than" or "above" => Side.Over,
        "少于" or "小于" or "低于" or "fewer than" or "less than" or "under" or "below" => Side.Under,
        "恰好" or "正好" or "刚好" or "必须" or "仅" or "只" or "共" or "exactly" or "precisely" or "just" or "only" => Side.Exact,
        _ => Side.High,
    };

    private static Side AfterSide(string after) =>
        after.Contains("以上", StringComparison.Ordinal) || after.Contains("more", StringComparison.Ordinal) || after.Contains("min", StringComparison.Ordinal) || after.Contains("at least", StringComparison.Ordinal) ? Side.Low
        : after.Contains('内') || after.Contains("以下", StringComparison.Ordinal) || after.Contains("less", StringComparison.Ordinal) || after.Contains("fewer", StringComparison.Ordinal)
            || after.Contains("max", StringComparison.Ordinal) || after.Contains("at most", StringComparison.Ordinal) ? Side.High
        : Side.None;
}
