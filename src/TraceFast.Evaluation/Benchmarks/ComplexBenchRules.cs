using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using TraceFast.Endpoint.Asking;

namespace TraceFast.Evaluation.Benchmarks;

/// <summary>
/// A rule of ComplexBench checked on the objects that were extracted for it, as the published con_rule does ("decompose_judge"): the first
/// name in its order that occurs anywhere in the rule decides which check it is.
/// </summary>
public static class ComplexBenchRule
{
    private const string Quoted = @"(\[.*?\])";

    /// <summary>Names in the published order, what an absent object gives, and the check.</summary>
    private static readonly (string[] Names, bool Absent, Func<string, IReadOnlyList<string>, bool> Check)[] s_ofObjects =
    [
        (["model_keyword_each"], false,
            (rule, o) => Each(o, RuleText.List(rule, "model_keyword_each"), (t, w) => RuleChecks.Keywords(RuleText.Widen(t), w))),
        (["model_keyword_num_each", "model_forbidden_word_each"], false, CountedWithout),
        (["model_keyword_num_each"], false,
            (rule, o) => Each(o, RuleText.Counted(rule, "model_keyword_num_each", lines: true, trim: false), InRange)),
        (["model_keyword_num"], false, (rule, o) => InRange(o[0], RuleText.Counted(rule, "model_keyword_num", lines: false, trim: true))),
        (["model_keyword"], false, (rule, o) => RuleChecks.Keywords(o[0], RuleText.List(rule, "model_keyword"))),
        (["model_forbidden_word_each"], true,
            (rule, o) => Each(o, RuleText.List(rule, "model_forbidden_word_each"), (t, w) => RuleChecks.NoneOf(RuleText.Widen(t), w))),
        (["model_forbidden_word"], true, (rule, o) => RuleChecks.NoneOf(o[0], RuleText.List(rule, "model_forbidden_word"))),
        (["model_number_each"], false,
            (rule, o) => RuleText.Range(rule, "model_number_each") is var (from, to) && o.Count >= from && o.Count <= to),
        (["model_length_each"], false,
            (rule, o) =>
                Each(o, RuleText.Range(rule, "model_length_each"),
                    (t, r) => RuleChecks.Length(t, r) || RuleChecks.Length(RuleText.Unquote(t), r))),
        (["model_length_word_each"], false,
            (rule, o) =>
                Each(o, RuleText.Range(rule, "model_length_word_each"),
                    (t, r) => RuleChecks.Words(t, r) || RuleChecks.Words(RuleText.Unquote(t), r))),
        (["model_length_word"], false,
            (rule, o) =>
                RuleText.Range(rule, "model_length_word") is var r
                    && (RuleChecks.Words(o[0], r) || RuleChecks.Words(RuleText.Unquote(o[0]), r))),
        (["model_length:"], false,
            (rule, o) =>
                RuleText.Range(rule, "model_length") is var r
                    && (RuleChecks.Length(RuleText.Unquote(o[0]), r) || RuleChecks.Length(o[0], r))),
        (["model_startswith_each"], false,
            (rule, o) =>
                Each(o, RuleText.Value(rule, "model_startswith_each", lines: true), (t, v) => RuleChecks.StartsWith(RuleText.Widen(t), v))),
        (["model_starts_with_list_each"], false, StartsInTurn),
        (["model_startswith", "model_endswith"], false,
            (rule, o) => Both(RuleText.Pair(rule, "model_startswith", "model_endswith"), RuleText.Widen(o[0]))),
        (["model_startswith"], false,
            (rule, o) => RuleChecks.StartsWith(RuleText.Widen(o[0]), RuleText.Value(rule, "model_startswith", lines: true))),
        (["model_endswith_each"], false, EndsEach),
        (["model_endswith"], false,
            (rule, o) => RuleChecks.EndsWith(RuleText.Widen(o[0]), RuleText.Value(rule, "model_endswith", lines: true))),
        (["model_constraint_punc_each"], false, (rule, o) => Each(o, RuleText.List(rule, "model_constraint_punc_each"), PunctuationOf)),
        (["model_constraint_punc"], false,
            (rule, o) => RuleChecks.OnlyPunctuation(RuleText.Unquote(o[0]), RuleText.List(rule, "model_constraint_punc"))),
        (["model_not_startswith"], true,
            (rule, o) => !RuleChecks.StartsWith(RuleText.Widen(o[0]), RuleText.Value(rule, "model_not_startswith", lines: true))),
        (["model_not_endswith_each"], true,
            (rule, o) =>
                Each(o, RuleText.Value(rule, "model_not_endswith_each", lines: true),
                    (t, v) => !RuleChecks.EndsWith(RuleText.Widen(t), v))),
        (["model_not_endswith"], true,
            (rule, o) => !RuleChecks.EndsWith(RuleText.Widen(o[0]), RuleText.Value(rule, "model_not_endswith", lines: true))),
    ];

    /// <summary>The same for rules about one text; it is widened first, for Json not.</summary>
    private static readonly (Func<string, bool> Is, bool Absent, Func<string, string, bool> Check)[] s_ofText =
    [
        (r => Has(r, "keyword") && Has(r, "forbidden_word"), false, KeywordsWithout),
        (r => Has(r, "keyword") && !Has(r, "keyword_num"), false,
            (rule, t) => RuleChecks.Keywords(RuleText.Widen(t), RuleText.List(rule, "keyword"))),
        (r => Has(r, "match"), false,
            (rule, t) => RuleText.Value(rule, "match") is var v && RuleText.Widen(t) is var w && (w == v || w == v + "。" || w == v + ".")),
        (r => Has(r, "constraint_punc"), false,
            (rule, t) => RuleChecks.OnlyPunctuation(RuleText.Widen(t), RuleText.List(rule, "constraint_punc"))),
        (r => Has(r, "forbidden_word"), true, (rule, t) => RuleChecks.NoneOf(RuleText.Widen(t), RuleText.List(rule, "forbidden_word"))),
        (r => Has(r, "startswith") && Has(r, "endswith"), false,
            (rule, t) => Both(RuleText.Pair(rule, "startswith", "endswith"), RuleText.Widen(t))),
        (r => Has(r, "startswith"), false,
            (rule, t) => RuleChecks.StartsWith(RuleText.Widen(t), RuleText.Value(rule, "startswith", lines: true))),
        (r => Has(r, "not endswith"), true,
            (rule, t) => !RuleChecks.EndsWith(RuleText.Widen(t), RuleText.Value(rule, "not endswith", lines: true))),
        (r => Has(r, "endswith"), false,
            (rule, t) => RuleChecks.EndsWith(RuleText.Widen(t), RuleText.Value(rule, "endswith", lines: true))),
        (r => Has(r, "length_word:"), false,
            (rule, t) => RuleChecks.Words(RuleText.Widen(t), RuleText.Range(rule, "length_word", lines: true))),
        (r => Has(r, "length:"), false, (rule, t) => RuleChecks.Length(RuleText.Widen(t), RuleText.Range(rule, "length", lines: true))),
        (r => Has(r, "Json"), false, (rule, t) => RuleChecks.Json(t, PythonStrings.Of(RuleText.Literal(rule.Trim(), "Json")))),
    ];

    /// <returns>Whether the rule holds; null: there is no rule of this name (the published code gives 2).</returns>
    /// <exception cref="RuleException">The rule's text does not have the format of its name; the published code fails there.</exception>
    public static bool? Check(string rule, IReadOnlyList<string> objects)
    {
        bool absent = objects.Count == 0 || (objects.Count == 1 && objects[0].Length == 0);
        foreach ((string[] names, bool whenAbsent, Func<string, IReadOnlyList<string>, bool> check) in s_ofObjects)
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
        foreach ((Func<string, bool> applies, bool whenAbsent, Func<string, string, bool> check) in s_ofText)
        {
            if (applies(rule))
                return text.Length == 0 || Has(text, "None") ? whenAbsent : check(rule, text);
        }

        return null;
    }

    /// <summary>Holds for every object that is not empty.</summary>
    private static bool Each<T>(IEnumerable<string> objects, T argument, Func<string, T, bool> holds) =>
        objects.Where(o => o.Length > 0).All(o => holds(o, argument));

    private static bool InRange(string text, (int From, int To, string[] Words) counted) =>
        RuleChecks.CountOf(text, counted.Words) is int n && n >= counted.From && n <= counted.To;

    private static bool Both((string Start, string End) ends, string text) =>
        RuleChecks.StartsWith(text, ends.Start) && RuleChecks.EndsWith(text, ends.End);

    private static bool PunctuationOf(string text, string[] allowed)
    {
        string wide = RuleText.Widen(text);
        return RuleChecks.OnlyPunctuation(RuleText.Unquote(wide), allowed) || RuleChecks.OnlyPunctuation(wide, allowed);
    }

    private static bool CountedWithout(string rule, IReadOnlyList<string> objects)
    {
        (string counts, string forbidden) = RuleText.Pair(rule, "model_keyword_num_each", "model_forbidden_word_each", Quoted);
        (int From, int To, string[] Words) counted = RuleText.Counted(rule, "model_keyword_num_each", counts.Trim('[', ']').Split(','));
        return Each(objects, counted, InRange) && Each(objects, forbidden.Trim('[', ']').Split(','), (t, w) => RuleChecks.NoneOf(t, w));
    }

    /// <summary>Fails for every rule of two lines, since the published patterns look for either list at the rule's end.</summary>
    private static bool KeywordsWithout(string rule, string text)
    {
        string[] wanted = RuleText.List(rule, "keyword"), forbidden = RuleText.List(rule, "forbidden_word");
        return RuleChecks.Keywords(RuleText.Widen(text), wanted) && RuleChecks.NoneOf(RuleText.Widen(text), forbidden);
    }

    private static bool StartsInTurn(string rule, IReadOnlyList<string> objects)
    {
        string[] starts = RuleText.List(rule, "model_starts_with_list_each");
        return objects.Count == starts.Length
            && objects.Zip(starts).All(p => p.First.Length == 0 || RuleChecks.StartsWith(RuleText.Widen(p.First), p.Second));
    }

    /// <summary>Of several objects the last one is ignored, as in the published code.</summary>
    private static bool EndsEach(string rule, IReadOnlyList<string> objects)
    {
        string end = RuleText.Value(rule, "model_endswith_each", lines: true);
        return Each(
            objects.Count == 1 ? objects : objects.SkipLast(1), end,
            (t, v) => RuleText.Widen(t) is var wide && (RuleChecks.EndsWith(RuleText.Unquote(wide), v) || RuleChecks.EndsWith(wide, v)));
    }

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.Ordinal);
}

/// <summary>
/// The single checks that ComplexBench's rules are made of (published con_rule). Rules' texts are widened here; objects where the rule's
/// own code does it.
/// </summary>
internal static class RuleChecks
{
    private const int MaxDepth = 900; // Python's json gives up near 1,000

    public static bool Keywords(string text, IEnumerable<string> words) => words.All(w => Has(text, w));

    public static bool NoneOf(string text, IEnumerable<string> words) => !words.Any(w => Has(text, w));

    public static int CountOf(string text, IEnumerable<string> words) => words.Count(w => Has(text, w));

    /// <summary>Begins with it; anything may follow.</summary>
    public static bool StartsWith(string text, string start) => text.StartsWith(RuleText.Widen(start), StringComparison.Ordinal);

    /// <summary>Ends with it, a full stop or question mark after it allowed.</summary>
    public static bool EndsWith(string text, string end)
    {
        string wide = RuleText.Widen(end);
        return text.EndsWith(wide, StringComparison.Ordinal) || text.EndsWith(wide + "。", StringComparison.Ordinal)
            || text.EndsWith(wide + "？", StringComparison.Ordinal);
    }

    /// <summary>Length in code points.</summary>
    public static bool Length(string text, (double From, double To) range) =>
        text.EnumerateRunes().Count() is int n && n >= range.From && n <= range.To;

    /// <summary>Number of blocks between white space.</summary>
    public static bool Words(string text, (double From, double To) range) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length is int n && n >= range.From && n <= range.To;

    /// <summary>No punctuation but the allowed one.</summary>
    public static bool OnlyPunctuation(string text, IEnumerable<string> allowed)
    {
        HashSet<string> wide = [.. allowed.Select(RuleText.Widen)];
        return RuleText.Ascii.Select(p => RuleText.Widen(p.ToString()))
            .All(p => !text.Contains(p, StringComparison.Ordinal) || wide.Contains(p));
    }

    /// <summary>The first balanced braces hold a JSON object with exactly these keys; no key asked for: any object.</summary>
    public static bool Json(string text, IReadOnlyList<string> keys)
    {
        string[] wanted = [.. keys.Where(k => k.Length > 0)];
        try
        {
            using JsonDocument document = JsonDocument.Parse(Braces(text), new JsonDocumentOptions { MaxDepth = MaxDepth });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return false;
            HashSet<string> found = [.. document.RootElement.EnumerateObject().Select(p => p.Name)];
            return wanted.All(found.Contains) && (wanted.Length == 0 || found.Count == wanted.Length);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool Has(string text, string word) => text.Contains(RuleText.Widen(word), StringComparison.Ordinal);

    private static string Braces(string text)
    {
        int depth = 0, start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '{')
            {
                if (depth == 0)
                    start = i;
                depth++;
            }
            else if (text[i] == '}' && --depth == 0)
            {
                return text.Contains('{', StringComparison.Ordinal) ? text[start..(i + 1)] : "";
            }
        }

        return "";
    }
}

/// <summary>A rule's text does not have the format that its name requires; the published code fails there.</summary>
public sealed class RuleException(string message) : Exception(message);

/// <summary>
/// What the published rules read from their own texts and from objects: lists, ranges, punctuation of full width, outer quotes.
/// </summary>
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
    /// <param name="lines">Whether the value may span several lines.</param>
    public static string Value(string rule, string name, bool lines = false) =>
        First(rule, $"{name}:(.*?)$", lines) ?? throw Missing(rule, name, "VALUE");

    /// <summary>The list after "name:" as it is written.</summary>
    public static string Literal(string rule, string name, bool lines = true) =>
        First(rule, $@"{name}:(\[.*?\])$", lines) ?? throw Missing(rule, name, "[A,B]");

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
    public static (int From, int To, string[] Words) Counted(string rule, string name, bool lines, bool trim) =>
        Counted(rule, name, List(rule, name, lines, trim));

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
        return match.Success
            ? (match.Groups[1].Value, match.Groups[2].Value)
            : throw new RuleException($"the rule \"{rule}\" is not of the form \"{first}:A\", line end, \"{second}:B\"");
    }

    public static RuleException Missing(string rule, string name, string form) =>
        new($"the rule \"{rule}\" is not of the form {name}:{form}");

    private static string? First(string rule, string pattern, bool lines) =>
        Regex.Match(
            rule, pattern, (lines ? RegexOptions.Singleline : RegexOptions.None) | RegexOptions.CultureInvariant) is { Success: true } match
            ? match.Groups[1].Value : null;
}

/// <summary>
/// The objects that a rule is about, as a judge extracted them (the published rule_based_evaluation, "preprocess"): all = the whole
/// response, None = none, else texts joined by ||.
/// </summary>
public sealed record ExtractedObjects(IReadOnlyList<string> Objects)
{
    private const string Heading = "【模型回复中评分问题的评测对象】\n";
    private static readonly string[] s_notes = ["\n\n请注意", "\n\n**注意", "\n\n注意"];
    private static readonly string[] s_marks = ["评分对象：", "评测对象：", "："];

    public static ExtractedObjects Of(string response, string? extraction)
    {
        if (extraction is null)
            return new([]);
        string text = Named(extraction);
        if (text.StartsWith("all", StringComparison.Ordinal))
            return new([response]);
        return text.Contains("None", StringComparison.Ordinal) ? new([]) : new([.. text.Split("||").Select(o => o.Trim())]);
    }

    /// <summary>The format of a judge's answer: the object is named after its mark.</summary>
    internal static ResponseFormat<ExtractedObjects> Format(string response) => new(
        answer =>
            answer.Contains(s_marks[0], StringComparison.Ordinal) || answer.Contains(s_marks[1], StringComparison.Ordinal)
                ? Of(response, answer) : null,
        "最后一部分为“【模型回复中评分问题的评测对象】”，其下一行为“评分对象：”加原文（或 all、None）");

    /// <summary>The object that the answer names, without the text around it.</summary>
    internal static string Named(string extraction)
    {
        string text = After(extraction, Heading) ?? extraction;
        foreach (string note in s_notes)
        {
            int at = text.LastIndexOf(note, StringComparison.Ordinal);
            if (at >= 0)
                text = text[..at];
        }

        foreach (string mark in s_marks)
        {
            if (After(text, mark) is { } named)
                return named;
        }

        return text;
    }

    private static string? After(string text, string mark)
    {
        int at = text.LastIndexOf(mark, StringComparison.Ordinal);
        return at < 0 ? null : text[(at + mark.Length)..];
    }
}
