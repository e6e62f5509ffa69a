using System.Text;
using System.Text.RegularExpressions;

namespace TraceFast.Evaluation.Benchmarks;

/// <summary>
/// Which of FollowBench's records a program decides, and how: the set "example" by its template, thirteen sources and two examples of the
/// set "format" (one in Chinese) by their own rules, as the published code has them (rule_based_evaluation, English and Chinese).
/// </summary>
public static class FollowBenchRules
{
    private static readonly HashSet<string> s_sources =
    [
        "E2E", "WIKIEVENTS", "CONLL2003", "text_editing", "cnn_dailymail", "xsum", "samsum", "gigaword", "arxiv", "BBH_logical", "BBH_time",
        "self_made_space", "gsm_8k",
    ];

    /// <summary>Whether a program decides about the record's example.</summary>
    public static bool Applies(FollowBenchRecord record, bool chinese) =>
        record.Type == "example" || s_sources.Contains(record.Source) || IsCheckedFormat(record, chinese);

    /// <summary>Whether the response satisfies all constraints up to the record's level; null: a judge decides.</summary>
    public static bool? Check(FollowBenchRecord record, bool chinese)
    {
        if (!Applies(record, chinese))
            return null;
        string answer = record.Response!;
        if (record.Type == "example")
            return TemplateMatch.Matches(record.Target.Replace("{instruction}\n", "", StringComparison.Ordinal), answer);
        if (IsCheckedFormat(record, chinese))
            return record.ExampleId == 30
                ? PointsFormat.Check(answer, record.Level) : SuggestionsFormat.Check(answer, record.Level, chinese);
        return record.Source switch
        {
            "E2E" or "text_editing" => answer == record.Target,
            "WIKIEVENTS" => answer.Split('\n').All(record.Target.Split('\n').Contains),
            "CONLL2003" => PythonStrings.Of(record.Target).Contains(answer),
            "BBH_logical" => FinalAnswer.Letter(answer) == record.Target,
            "BBH_time" => FinalAnswer.Date(answer) == record.Target,
            "gsm_8k" => (chinese ? FinalAnswer.ChineseDollars(answer) : FinalAnswer.Dollars(answer)) == record.Target,
            "self_made_space" => answer.Contains(record.Target, StringComparison.Ordinal),
            _ => chinese
                ? ChineseSummary.Check(record.Source, answer, record.Level) : EnglishSummary.Check(record.Source, answer, record.Level),
        };
    }

    private static bool IsCheckedFormat(FollowBenchRecord record, bool chinese) =>
        record.Category == "format" && (record.ExampleId == 22 || (record.ExampleId == 30 && !chinese));
}

/// <summary>
/// Whether an answer matches a template as a whole: {answer} (and a literal .*) is any text without a line break, {{ and }} for
/// braces.
/// </summary>
public static class TemplateMatch
{
    public static bool Matches(string template, string answer)
    {
        string pattern = template.Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal)
            .Replace("{answer}", ".*", StringComparison.Ordinal);
        string whole = string.Join(".*", pattern.Split(".*").Select(Regex.Escape));
        return Regex.IsMatch(answer, $@"\A(?:{whole})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
    }
}

/// <summary>The last result of a form that an answer states; null where it states none.</summary>
internal static partial class FinalAnswer
{
    /// <summary>For example (A).</summary>
    public static string? Letter(string answer) => Last(Letters(), answer);

    /// <summary>For example 05/07/2021.</summary>
    public static string? Date(string answer) => Last(Dates(), answer);

    /// <summary>For example $18.</summary>
    public static string? Dollars(string answer) => Last(DollarSigns(), answer);

    /// <summary>For example 18美元.</summary>
    public static string? ChineseDollars(string answer) => Last(DollarWords(), answer);

    private static string? Last(Regex form, string answer) => form.Matches(answer) is { Count: > 0 } found ? found[^1].Value : null;

    [GeneratedRegex(@"\([A-Z]\)")]
    private static partial Regex Letters();

    [GeneratedRegex(@"\d{2}/\d{2}/\d{4}")]
    private static partial Regex Dates();

    [GeneratedRegex(@"\$\d+")]
    private static partial Regex DollarSigns();

    [GeneratedRegex(@"\d+美元")]
    private static partial Regex DollarWords();
}

/// <summary>Example 30 of the English set "format": five points with bold keywords, short, of ten to fifteen words.</summary>
internal static partial class PointsFormat
{
    public static bool Check(string answer, int level)
    {
        string[] sentences = SentenceEnd().Split(answer);
        Func<bool>[] conditions =
        [
            () => answer.Contains("**", StringComparison.Ordinal),
            () => BoldPoint().Count(answer) == 5,
            () => sentences.Where(s => Enumerable.Range(1, 5).Any(n => s.Contains($"{n}.", StringComparison.Ordinal)))
                .All(s => s.Split('.').Length < 3),
            () => sentences.All(s => FollowBenchText.Words(s) is >= 10 and <= 15),
            () => sentences.All(
                s => s.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).All(w => !w.EndsWith("-ly", StringComparison.Ordinal))),
        ];
        return conditions.Take(level).All(isMet => isMet());
    }

    /// <summary>White space after a full stop or question mark that ends no abbreviation or title.</summary>
    [GeneratedRegex(@"(?<!\w\.\w.)(?<![A-Z][a-z]\.)(?<=\.|\?)\s")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"\*\*\d.+?:")]
    private static partial Regex BoldPoint();
}

/// <summary>
/// Example 22 of the set "format": three paragraphs of at most two sentences, each long, each numbered, and at level 5 a closing line.
/// </summary>
internal static partial class SuggestionsFormat
{
    private const int Longer = 20;

    public static bool Check(string answer, int level, bool chinese)
    {
        string[] paragraphs = answer.Split("\n\n");
        if (paragraphs.Length != (level == 5 ? 4 : 3))
            return false;
        Func<bool>[] conditions =
        [
            () => true,
            () => paragraphs.Take(3).All(p => FollowBenchText.Sentences(p, chinese).Length < 3),
            () => FollowBenchText.Sentences(answer, chinese)
                .All(s => (chinese ? FollowBenchText.Characters(s) : FollowBenchText.Words(s)) > Longer),
            () => paragraphs.Select(p => p.TrimStart()).Where(p => p.Length > 0).All(p => Number().IsMatch(p)),
            () => answer.EndsWith(chinese ? "这些是建议" : "Those are suggestions", StringComparison.Ordinal),
        ];
        return conditions.Take(level).All(isMet => isMet());
    }

    [GeneratedRegex(@"\A\d+\.")]
    private static partial Regex Number();
}

/// <summary>The English summaries: each level adds one condition to those below it.</summary>
internal static partial class EnglishSummary
{
    public static bool Check(string source, string answer, int level) => Conditions(source).Take(level).All(isMet => isMet(answer));

    private static Func<string, bool>[] Conditions(string source) => source switch
    {
        "cnn_dailymail" =>
        [
            a => Count(a) == 3,
            a => FollowBenchText.Sentences(a, chinese: false).All(s => FollowBenchText.Words(s) < 15),
            a => SentenceHas(a, 1, "Potter") && SentenceHas(a, 2, "actor") && SentenceHas(a, 3, "films"),
            a => !SentenceHas(a, 2, "lavish"),
            a => FollowBenchText.Sentences(a, chinese: false) is { Length: >= 3 } s && PresentPerfect().IsMatch(s[2]),
        ],
        "xsum" =>
        [
            a => Count(a) == 1,
            a => Blocks(a) < 20,
            a => !FollowBenchText.HasWord(a, "Newton Stewart"),
            a => PresentContinuous().IsMatch(a),
            a => FollowBenchText.HasWord(a, "operation"),
        ],
        "samsum" =>
        [
            a => Count(a) == 1,
            a => Blocks(a) < 15,
            a => FollowBenchText.HasWord(a, "stuff"),
            a => !a.Contains("procrast", StringComparison.OrdinalIgnoreCase),
            a => a.Count(FollowBenchText.Punctuation.Contains) == 1,
        ],
        "gigaword" =>
        [
            a => Blocks(a) == 8,
            a => !a.Any(FollowBenchText.Punctuation.Contains),
            a => a.Any(char.IsLower) && !a.Any(char.IsUpper),
            a => !FollowBenchText.HasWord(a, "bus"),
            a => FollowBenchText.HasWord(a, "in"),
        ],
        "arxiv" =>
        [
            a => Count(a) == 1,
            a => Blocks(a) <= 20,
            a => a.StartsWith("We", StringComparison.Ordinal),
            a => FollowBenchText.HasWord(a, "activations"),
            a => !FollowBenchText.HasWord(a, "transformer"),
        ],
        _ => throw new ArgumentOutOfRangeException(nameof(source), source, "no program for this source"),
    };

    private static int Count(string answer) => FollowBenchText.Sentences(answer, chinese: false).Length;

    /// <summary>Number of pieces between single spaces, empty ones too.</summary>
    private static int Blocks(string answer) => answer.Split(' ').Length;

    private static bool SentenceHas(string answer, int number, string word) =>
        FollowBenchText.Sentences(answer, chinese: false) is { } s && s.Length >= number && FollowBenchText.HasWord(s[number - 1], word);

    [GeneratedRegex(@"\b(am|is|are)\s+\w+ing\b")]
    private static partial Regex PresentContinuous();

    [GeneratedRegex(@"\b(has|have)\s+\w+")]
    private static partial Regex PresentPerfect();
}

/// <summary>The Chinese summaries: each level adds one condition to those below it; lengths are in characters.</summary>
internal static class ChineseSummary
{
    /// <summary>
    /// Han characters with a numeric value (Unicode's kPrimaryNumeric, kAccountingNumeric and kOtherNumeric) in the basic plane.
    /// </summary>
    private const string HanNumerals = "㐅㒃㠪㭍一七万三九二五亖亿什仟仨伍佰億兆兩八六十千卄卅卌叁参參叄四壱壹幺廾廿弌弍弎弐拾捌柒漆玖百肆萬貮貳贰阡陆陌陸零";

    private const string Punctuation = FollowBenchText.Punctuation + "，。：’“”";

    public static bool Check(string source, string answer, int level) => Conditions(source).Take(level).All(isMet => isMet(answer));

    private static Func<string, bool>[] Conditions(string source) => source switch
    {
        "cnn_dailymail" =>
        [
            a => Count(a) == 3,
            a => FollowBenchText.Sentences(a, chinese: true).All(s => FollowBenchText.Characters(s) < 15),
            a => SentenceHas(a, 1, "波特") && SentenceHas(a, 2, "演员") && SentenceHas(a, 3, "电影"),
            a => !SentenceHas(a, 2, "奢侈"),
            a => SentenceHas(a, 3, "了"),
        ],
        "xsum" =>
        [
            a => Count(a) == 1,
            a => FollowBenchText.Characters(a) < 20,
            a => !Has(a, "牛顿斯图尔特"),
            a => Has(a, "在"),
            a => Has(a, "操作"),
        ],
        "samsum" =>
        [
            a => Count(a) == 1,
            a => FollowBenchText.Characters(a) < 15,
            a => Has(a, "琐碎的"),
            a => !Has(a, "拖沓的"),
            a => a.Count(Punctuation.Contains) == 1,
        ],
        "gigaword" =>
        [
            a => FollowBenchText.Characters(a) == 8,
            a => !a.Any(Punctuation.Contains),
            a => !a.EnumerateRunes().Any(IsNumeric),
            a => !Has(a, "公交车"),
            a => Has(a, "在"),
        ],
        "arxiv" =>
        [
            a => Count(a) == 1,
            a => FollowBenchText.Characters(a) <= 20,
            a => a.StartsWith("我们", StringComparison.Ordinal),
            a => Has(a, "激活"),
            a => !Has(a, "transformer"),
        ],
        _ => throw new ArgumentOutOfRangeException(nameof(source), source, "no program for this source"),
    };

    private static int Count(string answer) => FollowBenchText.Sentences(answer, chinese: true).Length;

    private static bool Has(string text, string word) => text.Contains(word, StringComparison.Ordinal);

    private static bool SentenceHas(string answer, int number, string word) =>
        FollowBenchText.Sentences(answer, chinese: true) is { } s && s.Length >= number && Has(s[number - 1], word);

    /// <summary>Python's str.isnumeric: Han numerals such as 三 are numeric too.</summary>
    private static bool IsNumeric(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber
        || (rune.IsBmp && HanNumerals.Contains((char)rune.Value));
}

/// <summary>
/// Sentences, words and punctuation as FollowBench's programs count them: text between sentence ends, nothing left out but what is empty.
/// </summary>
internal static class FollowBenchText
{
    /// <summary>ASCII punctuation, as Python's string.punctuation lists it.</summary>
    public const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    private static readonly char[] s_englishEnds = ['.', '!', '?'], s_chineseEnds = ['。', '！', '？'];

    public static string[] Sentences(string text, bool chinese) =>
        [.. text.Split(chinese ? s_chineseEnds : s_englishEnds).Where(s => s.Length > 0)];

    /// <summary>Blocks between white space.</summary>
    public static int Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

    public static int Characters(string text) => text.EnumerateRunes().Count();

    /// <summary>The word appears in the text on its own.</summary>
    public static bool HasWord(string text, string word) =>
        Regex.IsMatch(text, $@"\b{Regex.Escape(word)}\b", RegexOptions.CultureInvariant);
}
