using System.Text.RegularExpressions;
using TraceFast.Constraints.Types;

namespace TraceFast.Constraints.Recognition;

/// <summary>The form of the answer: Markdown, JSON with keys, tables with columns, code blocks. A table in an answer's text is a Markdown table.</summary>
internal sealed class Markup : PatternFamily
{
    private static readonly Regex Markdown = Pattern("(?:以|用|使用|采用|采取|按照?|遵循|通过|为|是|in|using|use|with)?\\s*markdown\\s*(?:格式|语法|形式|标记语言|标记|format|formatting|syntax)?");
    private static readonly Regex NotMarkdown = Pattern("^\\s*的?(?:表格|无序|有序|列表|代码|加粗|斜体|高亮|流程|divider|table|list|bullet|code|such as|,? i\\.e|\\()");

    private static readonly Regex JsonOutput = Pattern(
        "(?:以|用|使用|采用|按照?|为|是)\\s*JSON\\s*(?:格式|形式|对象|结构)|(?:输出|返回|结果)的?\\s*JSON\\s*(?:对象|结构|格式)?|^JSON(?:格式|形式)|格式(?:应|必须|需|需要|应当)*(?:为|是|：|:)\\s*JSON(?:格式)?$|(?:必须|需|应|要)(?:是|为)\\s*JSON(?:格式)?$|\\b(?:in|using|use|as|into one|into a|a|wrapped in|in a valid|a valid)\\s+(?:single |valid )?JSON(?: (?:format|block|object))?");

    private static readonly Regex JsonSubject = Pattern("^(?:请|将|把|你的|最终|其|该|的|所有|整个|完整|输出|返回|结果|输出结果|输出信息|输出内容|输出格式|格式|回答|回复|答案|内容|数据|信息|需要|需|应当|应该|应|必须|须|要|均|都|以|结构|是|为|\\s|please|format|put|make sure|ensure|your|the|entire|whole|output|response|answer|is|should|be|must|just|only|contain|return|respond|reply|wrap|all|words|i|want|give|provide|it)*$");

    private static readonly Regex JsonKeys = Pattern(
        $"(?<intro>包含|包括|含有|含|字段为|字段有|键为|键名为|with (?:the )?(?:following )?(?:keys|fields)|containing (?:the )?(?:keys|fields)|keys?:?)(?:以下|如下|这|两个|三个|四个|五个|六个|[0-9]+个|字段|键|键名|关键字|：|:|\\s)*(?<list>{Quotations.Pattern}.*)$");

    private static readonly Regex KeyEnd = Pattern("^(?<list>[^键字]*?)(?:等?(?:字段|键值对|键名|键|关键字)|fields|keys|$)");

    private static readonly Regex KeyCount = Pattern($"(?<a>{Numerals.Chinese})个(?:字段|键)");

    private static readonly Regex Table = Pattern(
        "(?:以|用|使用|采用|通过|按照?|为|是|提供|展示|列出|给出|制作|生成|创建|包含)(?:一个|一张|一份|清晰的?|详细的?|总结|对比|\\s)*(?:markdown)?(?:格式的?|的)?\\s*表格(?:的?(?:形式|格式|方式))?|表格(?:形式|格式|中|的)(?:还)?(?:应|需|需要|应该|必须)*(?:包含|包括|列出)?|\\b(?:in|as|use|using|include|provide|create|into) (?:the form of )?(?:a |one )?(?:single |clear )?(?:markdown )?table(?: format| form)?");

    private static readonly Regex BarColumns = Pattern("[：:]\\s*\\|(?<list>[^|]+(?:\\|[^|]+)+)\\|\\s*$");

    private static readonly Regex ListedColumns = Pattern(
        "(?:以下|如下|下列)(?:[0-9一二三四五六七八]个|几)?列\\s*[：:]\\s*(?<list>.+)$|(?:包含|包括)(?<list2>[^，：:]+?)(?:[0-9一二三四五六七八]|这[0-9一二三四五六七八])?个?列$|with (?:the )?columns\\s*:?\\s*(?<list3>.+)$");

    private static readonly Regex CodeBlock = Pattern("(?:以|用|使用|采用|通过|包含|放在|置于)?(?:markdown)?(?:语法)?的?代码块(?:的?形式|格式|中|内|里)?|\\b(?:in|inside|within|use|using) (?:a |one )?(?:fenced |markdown )?code blocks?");
    private static readonly Regex Csv = Pattern($"(?:以|用|使用|采用|为)\\s*CSV\\s*(?:格式|形式)|\\b(?:in|as|using) CSV(?: format)?");
    private static readonly Regex CsvColumns = Pattern("(?:列名?|表头|columns|header)(?:为|是|依次为|:|：|\\s)+(?<list>.+)$");

    public override void Read(Clause clause, LineContext line, ICollection<Reading> found)
    {
        ReadMarkdown(clause, found);
        if (!line.IsCodeTask)
        {
            ReadJson(clause, line, found);
            ReadTable(clause, line, found);
            ReadCsv(clause, line, found);
        }

        Match code = CodeBlock.Match(clause.Text);
        if (code.Success && IsAskedAsCode(clause, code))
            found.Add(At(clause, code, () => new CodeBlock()));
    }

    private static void ReadMarkdown(Clause clause, ICollection<Reading> found)
    {
        Match match = Markdown.Match(clause.Text);
        string next = clause.Text[(match.Index + match.Length)..];
        if (!match.Success || NotMarkdown.IsMatch(next) || !IsAsked(clause, match))
            return;
        bool isForm = match.Value.Contains("格式", StringComparison.Ordinal) || match.Value.Contains("format", StringComparison.OrdinalIgnoreCase) || match.Value.Contains("语法", StringComparison.Ordinal)
            || clause.Text.EndsWith("markdown", StringComparison.OrdinalIgnoreCase) || Clause.IsHan(clause.Text[0]);
        bool isExample = clause.Text.Contains("such as", StringComparison.Ordinal) || clause.Text.Contains("bullet", StringComparison.OrdinalIgnoreCase) || clause.Text.Contains("highlight", StringComparison.OrdinalIgnoreCase) || clause.Text.Contains("using *", StringComparison.Ordinal);
        if (isForm && !isExample && (match.Length > "markdown".Length || match.Index == 0 || next.Length == 0))
            found.Add(At(clause, match, () => new Markdown()));
    }

    private static void ReadJson(Clause clause, LineContext line, ICollection<Reading> found)
    {
        Match match = JsonOutput.Match(clause.Text);
        if (match.Success && IsAsked(clause, match) && JsonSubject.IsMatch(clause.Text[..match.Index]))
        {
            string rest = clause.Text[(match.Index + match.Length)..];
            Match own = JsonKeys.Match(rest);
            if (own.Success && Keys(own.Groups["list"].Value, clause, line) is { } ownKeys)
                found.Add(Reading.Of(clause.Span(match.Index, match.Length + own.Index + own.Length), () => new JsonObject(TextList.Of(ownKeys))));
            else
                found.Add(At(clause, match, () => new Json()));
            return;
        }

        // "以JSON格式返回，结构应包含“a”、“b”等字段": the keys stand in a clause of their own
        Reading? whole = found.FirstOrDefault(f => f.Constraint is Json);
        if (whole is null || !line.Text.Contains("字段", StringComparison.Ordinal) && !line.Text.Contains('键') && !line.Text.Contains("key", StringComparison.OrdinalIgnoreCase))
            return;
        Match later = JsonKeys.Match(clause.Text);
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
        Match stated = KeyCount.Match(clause.Text);
        if (stated.Success && Numerals.Parse(stated.Groups["a"].Value) is { } count && Quotations.Texts(list).Count != count)
        {
            IReadOnlyList<string> all = Quotations.Texts(line.Text[clause.Start..]); // each key with its meaning in a clause of its own
            return all.Count == count && all.All(Quotations.IsLiteral) ? [.. all] : null;
        }

        Match end = KeyEnd.Match(Quotations.Blank(list));
        IReadOnlyList<string> keys = Quotations.Texts(end.Success ? list[..end.Length] : list);
        return keys.Count > 0 && keys.All(Quotations.IsLiteral) ? [.. keys.Distinct(StringComparer.Ordinal)] : null;
    }

    private static void ReadTable(Clause clause, LineContext line, ICollection<Reading> found)
    {
        Match match = Table.Match(clause.Text);
        if (!match.Success || !IsAsked(clause, match) || clause.Text.Contains("约束", StringComparison.Ordinal))
            return;
        Match bars = BarColumns.Match(clause.Text), listed = ListedColumns.Match(clause.Text);
        string? list = bars.Success ? bars.Groups["list"].Value.Replace('|', '、') : listed.Groups["list"].Success ? listed.Groups["list"].Value
            : listed.Groups["list2"].Success ? listed.Groups["list2"].Value : listed.Groups["list3"].Success ? listed.Groups["list3"].Value : null;
        string[]? columns = list is null || (!bars.Success && list.Contains('等', StringComparison.Ordinal)) ? null : SplitNames(list);
        TextSpan where = columns is null ? clause.Span(match.Index, match.Length) : clause.Span(match.Index, clause.Text.Length - match.Index);
        found.Add(Reading.Of(where, () => new MarkdownTable(columns is null ? null : TextList.Of(columns))));
    }

    private static void ReadCsv(Clause clause, LineContext line, ICollection<Reading> found)
    {
        Match match = Csv.Match(clause.Text);
        if (!match.Success || !IsAsked(clause, match))
            return;
        Match columns = CsvColumns.Match(line.Text);
        if (columns.Success && SplitNames(columns.Groups["list"].Value.TrimEnd('。', '.', ';', '；')) is { } names)
            found.Add(At(clause, match, () => new Csv(TextList.Of(names))));
    }

    /// <summary>Names in an enumeration, quoted or not; null where one is no plain name.</summary>
    private static string[]? SplitNames(string list)
    {
        string[] names = [.. list.Split(['、', '，', ',', '和', '及'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(n => n.StartsWith("and ", StringComparison.OrdinalIgnoreCase) ? n[4..] : n).Select(n => n.Trim('“', '”', '"', '`', '「', '」', '\'', ' '))];
        return names.Length > 1 && names.All(n => n.Length is > 0 and <= 30) ? names : null;
    }

    /// <summary>As for other forms, but code in the answer is what a code block is for.</summary>
    private static bool IsAskedAsCode(Clause clause, Match match) =>
        !Doubt.IsWish(clause.Text) && !Doubt.IsNegated(clause.Text[..match.Index]) && !clause.Text.Contains("涉及", StringComparison.Ordinal) && !clause.Text.Contains("any", StringComparison.OrdinalIgnoreCase);
}
