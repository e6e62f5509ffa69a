using TraceFast.Constraints.Counting;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Format;

/// <summary>
/// markdown_table{columns[]?,rows_min?,rows_max?}: the answer has a table, and every table in it has exactly these columns in this order (letter case, blanks and emphasis aside)
/// and that many rows below its header. Contradicted by other columns, another number of rows, or with neither by forbidding |.
/// </summary>
public sealed class MarkdownTableSort : Sort
{
    private const int Fewest = 2, Most = 6;

    public override string Name => "markdown_table";

    public override Category Kind => Category.OutputFormat;

    public override IReadOnlyList<Parameter> Parameters { get; } =
        [new("columns", ParameterType.Texts, Required: false), new("rows_min", ParameterType.Integer, Required: false), new("rows_max", ParameterType.Integer, Required: false)];

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set([.. SortNames.LineForms, "quoted_whole", "no_digits", "sentence_end"]);

    public override IReadOnlyList<Wording> Wordings { get; } = MakeWordings();

    public override Verdict Check(Constraint constraint, Response response)
    {
        IReadOnlyList<string>? columns = constraint.Arguments.Has("columns") ? constraint.Arguments.Texts("columns") : null;
        CountRange rows = RowsOf(constraint.Arguments);
        foreach (Table table in response.Markdown.Tables)
        {
            if (columns is not null && !HasColumns(response, table, columns))
                return new(Outcome.Violated, $"a table has the columns {string.Join(", ", table.Header.Select(c => response.Span(c).ToString()))}; asked for {string.Join(", ", columns)}", table.Span);
            if (!rows.Holds(table.Rows.Count))
                return new(Outcome.Violated, $"a table has {table.Rows.Count} rows; asked for {rows}", table.Span);
        }

        return response.Markdown.Tables is [var first, ..] ? new(Outcome.Obeyed, "the answer has a table as asked", first.Span) : new(Outcome.Violated, "the answer has no Markdown table");
    }

    public override Constraint Draw(SamplingContext context)
    {
        SeededRandom random = context.Random;
        int shape = random.Below(10);
        string[]? columns = shape < 8 ? Drawn.Several(random, Vocabulary.Columns(context.Language), 2, 4) : null;
        return Make(columns, shape >= 5 ? CountRange.Draw(random, Fewest, Most) : default);
    }

    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        SeededRandom random = context.Random;
        IReadOnlyList<string>? columns = constraint.Arguments.Has("columns") ? constraint.Arguments.Texts("columns") : null;
        CountRange rows = RowsOf(constraint.Arguments);
        if (columns is not null && (rows == default || random.Chance(0.5)))
        {
            string[] others;
            do
                others = Drawn.Several(random, Vocabulary.Columns(context.Language), 2, 4);
            while (columns.Select(c => c.Trim('*', '_', '`', ' ')).ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(others)); // another order alone would be a trifle to readers
            return Make(others, rows);
        }

        return rows == default ? new(Sorts.Get("forbidden_punctuation"), Arguments.Of(("marks", new[] { "|" }))) : Make(columns, rows.DrawApart(random, Fewest, Most));
    }

    protected override string? Refuse(Arguments arguments)
    {
        CountRange rows = RowsOf(arguments);
        if (rows != default && rows.Fault is { } fault)
            return $"rows: {fault.Replace("min", "rows_min", StringComparison.Ordinal).Replace("max", "rows_max", StringComparison.Ordinal)}";
        return arguments.Has("columns") && arguments.Texts("columns").Any(c => c.AsSpan().ContainsAny("|\r\n")) ? "a column's name holds | or a line end" : null;
    }

    private Constraint Make(IReadOnlyList<string>? columns, CountRange rows) => new(this, Arguments.Of(("columns", columns), ("rows_min", rows.Min), ("rows_max", rows.Max)));

    private static CountRange RowsOf(Arguments arguments) => new(arguments.IntegerOrNull("rows_min"), arguments.IntegerOrNull("rows_max"));

    private static bool HasColumns(Response response, Table table, IReadOnlyList<string> columns)
    {
        if (table.Header.Count != columns.Count)
            return false;
        for (int n = 0; n < columns.Count; n++)
        {
            if (!response.Span(table.Header[n]).Trim("*_` ").Equals(columns[n].AsSpan().Trim("*_` "), StringComparison.OrdinalIgnoreCase))
                return false;
        }

        return true;
    }

    private static WordingList MakeWordings()
    {
        string[] bare = ["Include a Markdown table", "Present the answer in a Markdown table", "Use a table in Markdown format", "Your answer must contain a Markdown table", "Lay the main facts out in a Markdown table", "Show the information as a Markdown table"];
        string[] named =
        [
            "Include a Markdown table with the columns {columns:list}", "Present the answer in a Markdown table whose header is | {columns:plain} |", "Use a table in Markdown format; its columns are {columns:list}, in this order",
            "Your answer must contain a Markdown table with these columns: {columns:plain}", "Lay the main facts out in a Markdown table with the header row {columns:list}", "Show the information as a Markdown table (columns: {columns:plain})",
        ];
        string[] rows = [.. bare.Select(b => b + " that has # below its header"), .. named.Select(n => n + ", and give it # below the header")];
        string[] bareChinese = ["请包含一个Markdown表格", "以Markdown表格形式呈现回答", "使用Markdown格式的表格", "回答中必须有一个Markdown表格", "请用Markdown表格列出主要信息", "结果以Markdown表格展示"];
        string[] namedChinese =
        [
            "请包含一个Markdown表格，列为{columns:list}", "以Markdown表格形式呈现，表头依次为{columns:plain}", "使用Markdown格式的表格，各列依次是{columns:list}", "回答中必须有一个Markdown表格，表头为{columns:list}",
            "请用Markdown表格列出主要信息，列名：{columns:plain}", "结果以Markdown表格展示，包含{columns:list}这几列",
        ];
        string[] rowsChinese = [.. bareChinese.Select(b => b + "，表头以下#"), .. namedChinese.Select(n => n + "，表头之下应有#")];
        return new WordingList().English(bare).English(named).Chinese(bareChinese).Chinese(namedChinese)
            .English(rows.With("at least {rows_min} {rows_min?row:rows}", "{rows_min} or more rows", "at most {rows_max} {rows_max?row:rows}", "no more than {rows_max:words} {rows_max?row:rows}",
                "{rows_min} to {rows_max} rows", "between {rows_min} and {rows_max} rows"))
            .EnglishWhen("rows_max={rows_min}", rows.With("exactly {rows_min} {rows_min?row:rows}", "{rows_min:words} {rows_min?row:rows}, no more and no fewer,"))
            .Chinese(rowsChinese.With("至少{rows_min}行", "不少于{rows_min:words}行", "最多{rows_max}行", "不超过{rows_max:words}行", "{rows_min}到{rows_max}行", "{rows_min:words}至{rows_max:words}行"))
            .ChineseWhen("rows_max={rows_min}", rowsChinese.With("恰好{rows_min}行", "正好{rows_min:words}行"));
    }
}
