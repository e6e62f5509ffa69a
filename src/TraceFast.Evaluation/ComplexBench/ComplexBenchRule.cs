using TraceFast.Evaluation.PublishedCode;

namespace TraceFast.Evaluation.ComplexBench;

/// <summary>
/// A rule of ComplexBench checked on the objects that were extracted for it, as the published con_rule does ("decompose_judge"): the first name in its order that stands
/// anywhere in the rule decides which check it is.
/// </summary>
public static class ComplexBenchRule
{
    private const string Quoted = @"(\[.*?\])";

    /// <summary>Names in the published order, what an absent object gives, and the check.</summary>
    private static readonly (string[] Names, bool Absent, Func<string, IReadOnlyList<string>, bool> Check)[] OfObjects =
    [
        (["model_keyword_each"], false, (rule, o) => Each(o, RuleText.List(rule, "model_keyword_each"), (t, w) => RuleChecks.Keywords(RuleText.Widen(t), w))),
        (["model_keyword_num_each", "model_forbidden_word_each"], false, CountedWithout),
        (["model_keyword_num_each"], false, (rule, o) => Each(o, RuleText.Counted(rule, "model_keyword_num_each", lines: true, trim: false), InRange)),
        (["model_keyword_num"], false, (rule, o) => InRange(o[0], RuleText.Counted(rule, "model_keyword_num", lines: false, trim: true))),
        (["model_keyword"], false, (rule, o) => RuleChecks.Keywords(o[0], RuleText.List(rule, "model_keyword"))),
        (["model_forbidden_word_each"], true, (rule, o) => Each(o, RuleText.List(rule, "model_forbidden_word_each"), (t, w) => RuleChecks.NoneOf(RuleText.Widen(t), w))),
        (["model_forbidden_word"], true, (rule, o) => RuleChecks.NoneOf(o[0], RuleText.List(rule, "model_forbidden_word"))),
        (["model_number_each"], false, (rule, o) => RuleText.Range(rule, "model_number_each") is var (from, to) && o.Count >= from && o.Count <= to),
        (["model_length_each"], false, (rule, o) => Each(o, RuleText.Range(rule, "model_length_each"), (t, r) => RuleChecks.Length(t, r) || RuleChecks.Length(RuleText.Unquote(t), r))),
        (["model_length_word_each"], false, (rule, o) => Each(o, RuleText.Range(rule, "model_length_word_each"), (t, r) => RuleChecks.Words(t, r) || RuleChecks.Words(RuleText.Unquote(t), r))),
        (["model_length_word"], false, (rule, o) => RuleText.Range(rule, "model_length_word") is var r && (RuleChecks.Words(o[0], r) || RuleChecks.Words(RuleText.Unquote(o[0]), r))),
        (["model_length:"], false, (rule, o) => RuleText.Range(rule, "model_length") is var r && (RuleChecks.Length(RuleText.Unquote(o[0]), r) || RuleChecks.Length(o[0], r))),
        (["model_startswith_each"], false, (rule, o) => Each(o, RuleText.Value(rule, "model_startswith_each", lines: true), (t, v) => RuleChecks.StartsWith(RuleText.Widen(t), v))),
        (["model_starts_with_list_each"], false, StartsInTurn),
        (["model_startswith", "model_endswith"], false, (rule, o) => Both(RuleText.Pair(rule, "model_startswith", "model_endswith"), RuleText.Widen(o[0]))),
        (["model_startswith"], false, (rule, o) => RuleChecks.StartsWith(RuleText.Widen(o[0]), RuleText.Value(rule, "model_startswith", lines: true))),
        (["model_endswith_each"], false, EndsEach),
        (["model_endswith"], false, (rule, o) => RuleChecks.EndsWith(RuleText.Widen(o[0]), RuleText.Value(rule, "model_endswith", lines: true))),
        (["model_constraint_punc_each"], false, (rule, o) => Each(o, RuleText.List(rule, "model_constraint_punc_each"), PunctuationOf)),
        (["model_constraint_punc"], false, (rule, o) => RuleChecks.OnlyPunctuation(RuleText.Unquote(o[0]), RuleText.List(rule, "model_constraint_punc"))),
        (["model_not_startswith"], true, (rule, o) => !RuleChecks.StartsWith(RuleText.Widen(o[0]), RuleText.Value(rule, "model_not_startswith", lines: true))),
        (["model_not_endswith_each"], true, (rule, o) => Each(o, RuleText.Value(rule, "model_not_endswith_each", lines: true), (t, v) => !RuleChecks.EndsWith(RuleText.Widen(t), v))),
        (["model_not_endswith"], true, (rule, o) => !RuleChecks.EndsWith(RuleText.Widen(o[0]), RuleText.Value(rule, "model_not_endswith", lines: true))),
    ];

    /// <summary>The same for rules about one text; it is widened first, for Json not.</summary>
    private static readonly (Func<string, bool> Is, bool Absent, Func<string, string, bool> Check)[] OfText =
    [
        (r => Has(r, "keyword") && Has(r, "forbidden_word"), false, KeywordsWithout),
        (r => Has(r, "keyword") && !Has(r, "keyword_num"), false, (rule, t) => RuleChecks.Keywords(RuleText.Widen(t), RuleText.List(rule, "keyword"))),
        (r => Has(r, "match"), false, (rule, t) => RuleText.Value(rule, "match") is var v && RuleText.Widen(t) is var w && (w == v || w == v + "。" || w == v + ".")),
        (r => Has(r, "constraint_punc"), false, (rule, t) => RuleChecks.OnlyPunctuation(RuleText.Widen(t), RuleText.List(rule, "constraint_punc"))),
        (r => Has(r, "forbidden_word"), true, (rule, t) => RuleChecks.NoneOf(RuleText.Widen(t), RuleText.List(rule, "forbidden_word"))),
        (r => Has(r, "startswith") && Has(r, "endswith"), false, (rule, t) => Both(RuleText.Pair(rule, "startswith", "endswith"), RuleText.Widen(t))),
        (r => Has(r, "startswith"), false, (rule, t) => RuleChecks.StartsWith(RuleText.Widen(t), RuleText.Value(rule, "startswith", lines: true))),
        (r => Has(r, "not endswith"), true, (rule, t) => !RuleChecks.EndsWith(RuleText.Widen(t), RuleText.Value(rule, "not endswith", lines: true))),
        (r => Has(r, "endswith"), false, (rule, t) => RuleChecks.EndsWith(RuleText.Widen(t), RuleText.Value(rule, "endswith", lines: true))),
        (r => Has(r, "length_word:"), false, (rule, t) => RuleChecks.Words(RuleText.Widen(t), RuleText.Range(rule, "length_word", lines: true))),
        (r => Has(r, "length:"), false, (rule, t) => RuleChecks.Length(RuleText.Widen(t), RuleText.Range(rule, "length", lines: true))),
        (r => Has(r, "Json"), false, (rule, t) => RuleChecks.Json(t, PythonStrings.Of(RuleText.Literal(rule.Trim(), "Json")))),
    ];

    /// <returns>Whether the rule holds; null: there is no rule of this name (the published code gives 2).</returns>
    /// <exception cref="RuleException">The rule's text has not the form of its name, at which the published code breaks off.</exception>
    public static bool? Check(string rule, IReadOnlyList<string> objects)
    {
        bool absent = objects.Count == 0 || (objects.Count == 1 && objects[0].Length == 0);
        foreach ((string[] names, bool whenAbsent, Func<string, IReadOnlyList<string>, bool> check) in OfObjects)
        {
            if (names.All(n => Has(rule, n)))
                return absent ? whenAbsent : check(rule, objects);
        }

        if (Has(rule, "model") || Has(rule, "each"))
            return null;
        if (objects.Count == 0)
            return CheckText(rule, "");
        bool? unquoted = CheckText(rule, RuleText.Unquote(objects[0]));
        return unquoted is false ? CheckText(rule, objects[0]) : unquoted;
    }

    private static bool? CheckText(string rule, string text)
    {
        foreach ((Func<string, bool> applies, bool whenAbsent, Func<string, string, bool> check) in OfText)
        {
            if (applies(rule))
                return text.Length == 0 || Has(text, "None") ? whenAbsent : check(rule, text);
        }

        return null;
    }

    /// <summary>Holds for every object that is not empty.</summary>
    private static bool Each<T>(IEnumerable<string> objects, T argument, Func<string, T, bool> holds) => objects.Where(o => o.Length > 0).All(o => holds(o, argument));

    private static bool InRange(string text, (int From, int To, string[] Words) counted) =>
        RuleChecks.CountOf(text, counted.Words) is int n && n >= counted.From && n <= counted.To;

    private static bool Both((string Start, string End) ends, string text) => RuleChecks.StartsWith(text, ends.Start) && RuleChecks.EndsWith(text, ends.End);

    private static bool PunctuationOf(string text, string[] allowed)
    {
        string wide = RuleText.Widen(text);
        return RuleChecks.OnlyPunctuation(RuleText.Unquote(wide), allowed) || RuleChecks.OnlyPunctuation(wide, allowed);
    }

    private static bool CountedWithout(string rule, IReadOnlyList<string> objects)
    {
        (string counts, string forbidden) = RuleText.Pair(rule, "model_keyword_num_each", "model_forbidden_word_each", Quoted);
        var counted = RuleText.Counted(rule, "model_keyword_num_each", counts.Trim('[', ']').Split(','));
        return Each(objects, counted, InRange) && Each(objects, forbidden.Trim('[', ']').Split(','), (t, w) => RuleChecks.NoneOf(t, w));
    }

    /// <summary>Breaks off for every rule of two lines, since the published patterns look for either list at the rule's end.</summary>
    private static bool KeywordsWithout(string rule, string text)
    {
        string[] wanted = RuleText.List(rule, "keyword"), forbidden = RuleText.List(rule, "forbidden_word");
        return RuleChecks.Keywords(RuleText.Widen(text), wanted) && RuleChecks.NoneOf(RuleText.Widen(text), forbidden);
    }

    private static bool StartsInTurn(string rule, IReadOnlyList<string> objects)
    {
        string[] starts = RuleText.List(rule, "model_starts_with_list_each");
        return objects.Count == starts.Length && objects.Zip(starts).All(p => p.First.Length == 0 || RuleChecks.StartsWith(RuleText.Widen(p.First), p.Second));
    }

    /// <summary>Of several objects the last one is not looked at, as in the published code.</summary>
    private static bool EndsEach(string rule, IReadOnlyList<string> objects)
    {
        string end = RuleText.Value(rule, "model_endswith_each", lines: true);
        return Each(objects.Count == 1 ? objects : objects.SkipLast(1), end, (t, v) => RuleText.Widen(t) is var wide && (RuleChecks.EndsWith(RuleText.Unquote(wide), v) || RuleChecks.EndsWith(wide, v)));
    }

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.Ordinal);
}
