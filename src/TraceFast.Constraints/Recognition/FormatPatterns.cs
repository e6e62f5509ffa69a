using System.Text.RegularExpressions;
using TraceFast.Constraints.Types;

namespace TraceFast.Constraints.Recognition;

/// <summary>
/// The form of the answer: Markdown, JSON with keys, tables with columns, CSV, code blocks. A table in an answer's text is a Markdown
/// table.
/// </summary>
internal sealed class FormatPatterns : PatternFamily
{
    private const string HanDigits = "一二三四五六七八";

    private static readonly Regex s_markdown = Pattern(
        $"{Vocabulary.Both["markdown prepositions"]}?\\s*markdown\\s*{Vocabulary.Both["markdown nouns"]}?");

    private static readonly Regex s_markdownElement = Pattern($"^\\s*的?{Vocabulary.Both["markdown elements"]}");

    private static readonly Regex s_markdownExample = Pattern(En["markdown examples"]);

    private static readonly Regex s_markdownForm = Pattern(Vocabulary.Both["markdown forms"]);

    private static readonly Regex s_jsonOutput = Pattern(
        $"{Zh["json prepositions"]}\\s*JSON\\s*{Zh["json nouns"]}|{Zh["json outputs"]}\\s*JSON\\s*{Zh["json output nouns"]}?"
        + $"|^{Zh["json subjects"]}"
        + $"|{Zh["json format"]}{Zh["json format modals"]}*{Zh["json format verbs"]}\\s*JSON{Zh["json format"]}?$"
        + $"|{Zh["json modals"]}{Zh["json verbs"]}\\s*JSON{Zh["json format"]}?$"
        + $"|\\b{En["json prepositions"]}\\s+(?:{En["json adjectives"]} )?JSON(?: {En["json nouns"]})?");

    private static readonly Regex s_jsonSubject = Pattern($"^(?:{Vocabulary.Both["json fillers"]}|\\s)*$");

    private static readonly Regex s_jsonKeys = Pattern(
        $"(?:{Zh["key verbs"]}|{En["key introductions"]})(?:{Zh["key fillers"]}|[0-9]+个|\\s)*(?<list>{Quotations.Pattern}.*)$");

    private static readonly Regex s_keyEnd = Pattern($"^[^键字]*?(?:{Vocabulary.Both["key ends"]}|$)");

    private static readonly Regex s_keyCount = Pattern($"(?<a>{Numerals.Chinese}){Zh["counted keys"]}");

    private static readonly Regex s_keyWord = Pattern(Vocabulary.Both["key words"]);

    private static readonly Regex s_table = Pattern(
        $"{Zh["table verbs"]}(?:{Zh["table adjectives"]}|\\s)*(?:markdown)?{Zh["table kinds"]}?\\s*{Zh["table"]}(?:的?{Zh["form nouns"]})?"
        + $"|{Zh["table"]}{Zh["table places"]}{Zh["also"]}?{Zh["table modals"]}*{Zh["table content verbs"]}?"
        + $"|\\b{En["table openings"]} (?:{En["table frames"]} )?(?:{En["table articles"]} )?(?:{En["table adjectives"]} )?(?:markdown )?"
        + $"{En["table"]}");

    private static readonly Regex s_tableExclusion = Pattern(Zh["table exclusions"]), s_andSoOn = Pattern(Zh["and so on"]);

    private static readonly Regex s_barColumns = Pattern("[：:]\\s*\\|(?<list>[^|]+(?:\\|[^|]+)+)\\|\\s*$");

    private static readonly Regex s_listedColumns = Pattern(
        $"{Zh["column introductions"]}(?:[0-9{HanDigits}]个|{Zh["several"]})?{Zh["columns"]}\\s*[：:]\\s*(?<list>.+)$"
        + $"|{Zh["column verbs"]}(?<list>[^，：:]+?)(?:这?[0-9{HanDigits}])?个?{Zh["columns"]}$|{En["columns"]}\\s*:?\\s*(?<list>.+)$");

    private static readonly Regex s_codeBlock = Pattern(
        $"{Zh["code block verbs"]}?(?:markdown)?{Zh["syntax"]}?的?{Zh["code block"]}{Zh["code block tails"]}?"
        + $"|\\b{En["code block openings"]} (?:{En["code block articles"]} )?(?:{En["code block adjectives"]} )?{En["code block"]}");

    private static readonly Regex s_anyCode = Pattern(Vocabulary.Both["any code"]);

    private static readonly Regex s_csv = Pattern(
        $"{Zh["csv prepositions"]}\\s*CSV\\s*{Zh["csv nouns"]}|\\b{En["csv prepositions"]} CSV(?: format)?");

    private static readonly Regex s_csvColumns = Pattern($"{Vocabulary.Both["csv columns"]}(?:{Zh["csv column verbs"]}|\\s)+(?<list>.+)$");

    private static readonly string[] s_separators = [.. Zh.Words("name separators")];

    private static readonly Regex s_and = Pattern($"^{En["and"]} ");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        ReadMarkdown(clause, found);
        if (!line.IsCodeTask)
        {
            ReadJson(clause, line, found);
            ReadTable(clause, found);
            ReadCsv(clause, line, found);
        }

        // code in the answer is what a code block is for
        Match code = s_codeBlock.Match(clause.Text);
        if (code.Success && !Doubt.IsWish(clause.Text) && !Doubt.IsNegated(clause.Text[..code.Index]) && !s_anyCode.IsMatch(clause.Text))
            found.Add(At(clause, code, () => new CodeBlock()));
    }

    private static void ReadMarkdown(Clause clause, ICollection<Reading> found)
    {
        Match match = s_markdown.Match(clause.Text);
        string next = clause.Text[(match.Index + match.Length)..];
        if (!match.Success || s_markdownElement.IsMatch(next) || !IsAsked(clause, match) || s_markdownExample.IsMatch(clause.Text))
            return;
        bool isForm = s_markdownForm.IsMatch(match.Value) || clause.Text.EndsWith("markdown", StringComparison.OrdinalIgnoreCase)
            || Clause.IsHan(clause.Text[0]);
        if (isForm && (match.Length > "markdown".Length || match.Index == 0 || next.Length == 0))
            found.Add(At(clause, match, () => new Markdown()));
    }

    private static void ReadJson(Clause clause, LineContext line, ICollection<Reading> found)
    {
        Match match = s_jsonOutput.Match(clause.Text);
        if (match.Success && IsAsked(clause, match) && s_jsonSubject.IsMatch(clause.Text[..match.Index]))
        {
            Match own = s_jsonKeys.Match(clause.Text[(match.Index + match.Length)..]);
            if (own.Success && Keys(own.Groups["list"].Value, clause, line) is { } ownKeys)
                found.Add(Reading.Of(clause.Span(match.Index, clause.Text.Length - match.Index), () => new JsonObject([.. ownKeys])));
            else
                found.Add(At(clause, match, () => new Json()));
            return;
        }

        // "以JSON格式返回，结构应包含“a”、“b”等字段": the keys have a clause of their own
        Reading? whole = found.FirstOrDefault(f => f.Constraint is Json);
        if (whole is null || !line.Has(s_keyWord))
            return;
        Match later = s_jsonKeys.Match(clause.Text);
        if (later.Success && Keys(later.Groups["list"].Value, clause, line) is { } keys)
        {
            found.Remove(whole);
            found.Add(Reading.Of(whole.Span, () => new JsonObject(TextList.Of(keys))));
            found.Add(At(clause, later, () => new JsonObject(TextList.Of(keys))));
        }
    }

    /// <summary>The keys listed; null where they are not given word for word, or are not as many as the clause says.</summary>
    private static string[]? Keys(string list, Clause clause, LineContext line)
    {
        Match stated = s_keyCount.Match(clause.Text);
        if (stated.Success && Numerals.Parse(stated.Groups["a"].Value) is { } count && Quotations.Texts(list).Count != count)
        {
            IReadOnlyList<string> all = Quotations.Texts(line.Text[clause.Start..]); // each key with its meaning in a clause of its own
            return all.Count == count && all.All(Quotations.IsLiteral) ? [.. all] : null;
        }

        Match end = s_keyEnd.Match(Quotations.Blank(list));
        IReadOnlyList<string> keys = Quotations.Texts(end.Success ? list[..end.Length] : list);
        return keys.Count > 0 && keys.All(Quotations.IsLiteral) ? [.. keys.Distinct(StringComparer.Ordinal)] : null;
    }

    private static void ReadTable(Clause clause, ICollection<Reading> found)
    {
        Match match = s_table.Match(clause.Text);
        if (!match.Success || !IsAsked(clause, match) || s_tableExclusion.IsMatch(clause.Text))
            return;
        Match bars = s_barColumns.Match(clause.Text), listed = s_listedColumns.Match(clause.Text);
        string list = bars.Success ? bars.Groups["list"].Value.Replace('|', '、') : listed.Groups["list"].Value;
        string[]? columns = !bars.Success && s_andSoOn.IsMatch(list) ? null : SplitNames(list);
        TextSpan where = columns is null ? clause.Span(match.Index, match.Length)
            : clause.Span(match.Index, clause.Text.Length - match.Index);
        found.Add(Reading.Of(where, () => new MarkdownTable(columns is null ? null : TextList.Of(columns))));
    }

    private static void ReadCsv(Clause clause, LineContext line, ICollection<Reading> found)
    {
        Match match = s_csv.Match(clause.Text);
        if (!match.Success || !IsAsked(clause, match))
            return;
        Match columns = line.Find(s_csvColumns);
        if (columns.Success && SplitNames(columns.Groups["list"].Value.TrimEnd('。', '.', ';', '；')) is { } names)
            found.Add(At(clause, match, () => new Csv(TextList.Of(names))));
    }

    /// <summary>Names in an enumeration, quoted or not; null where there is one at most, or one is no plain name.</summary>
    private static string[]? SplitNames(string list)
    {
        string[] names = [.. list.Split(s_separators, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(n => s_and.Replace(n, "").Trim('“', '”', '"', '`', '「', '」', '\'', ' '))];
        return names.Length > 1 && names.All(n => n.Length is > 0 and <= 30) ? names : null;
    }
}
