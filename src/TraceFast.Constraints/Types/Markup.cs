using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Types;

/// <summary>
/// The answer uses Markdown where plain text would look different: a heading, a bullet (- * +), a table, code, emphasis, a link or a
/// quotation. Numbered items alone are not Markdown: they look the same in plain text. It conflicts with forbidding all these marks.
/// </summary>
public sealed record Markdown() : Constraint(Scope.Whole)
{
    public static readonly ConstraintType Definition =
        new("markdown", Category.OutputFormat, typeof(Markdown), _ => new Markdown()) { Needs = Aspects.Prose | Aspects.LineForm,
        Marks = "*_#" };

    public override Verdict Check(Response response)
    {
        (string? what, TextSpan where) = FirstOf(response.Markdown);
        return what is null
            ? new(Outcome.Violated, "the answer has no Markdown: no heading, bullet, table, code, emphasis, link or quotation")
            : new(Outcome.Obeyed, $"the answer has {what}", where);
    }
    /// <summary>A word in bold where nothing else is Markdown.</summary>
    public override bool Apply(Draft draft) =>
        draft.LeaveUncounted(Unit.Characters)
            && draft.Finish(() => Check(new Response(draft.Render())).IsObeyed || Emphasis.Wrap(draft, 1, "**"), last: true);

    public override Constraint SampleConflicting(SamplingContext context) =>
        new ForbiddenPunctuation(["#", "*", "_", "`", "-", "+", "|", ">", "[", "~"]);

    private static (string? What, TextSpan Where) FirstOf(MarkdownStructure found)
    {
        if (found.Headings is [var heading, ..])
            return ("a heading", heading.Line);
        foreach (ListItem item in found.Items)
        {
            if (item.Bullet is '-' or '*' or '+')
                return ("a bulleted list", item.Line);
        }

        if (found.Tables is [var table, ..])
            return ("a table", table.Span);
        if (found.CodeBlocks is [var code, ..])
            return ("a code block", code.Span);
        foreach (Link link in found.Links)
        {
            if (link.Span != link.Address)
                return ("a link", link.Span);
        }

        foreach ((string name, IReadOnlyList<TextSpan> spans) in new[] { ("bold text", found.Bold), ("italic text", found.Italic),
            ("code", found.CodeSpans), ("a quotation", found.QuotedLines) })
        {
            if (spans.Count > 0)
                return (name, spans[0]);
        }

        return (null, default);
    }
}

/// <summary>
/// The answer has a table, and every table in it has exactly these columns in this order (letter case, spaces and emphasis aside) and that
/// many rows below its header. It conflicts with other columns, another number of rows, or with neither given, with forbidding |.
/// </summary>
public sealed record MarkdownTable(TextList? Columns = null, CountRange Rows = default) : Constraint(Scope.Whole)
{
    private const int Low = 2, High = 6;

    public static readonly ConstraintType Definition = new("markdown_table", Category.OutputFormat, typeof(MarkdownTable), Sample)
    { Needs = Aspects.Prose | Aspects.PlainParagraphs | Aspects.LineForm | Aspects.Digits | Aspects.SentenceEnds | Aspects.Dividers,
        Marks = ":-|" };

    public override Verdict Check(Response response)
    {
        foreach (Table table in response.Markdown.Tables)
        {
            if (Columns is not null && !HasColumns(response, table, Columns))
            {
                string found = string.Join(", ", table.Header.Select(c => response.Span(c).ToString()));
                return new(Outcome.Violated, $"a table has the columns {found}; asked for {string.Join(", ", Columns)}", table.Span);
            }

            if (!Rows.Contains(table.Rows.Count))
                return new(Outcome.Violated, $"a table has {table.Rows.Count} rows; asked for {Rows}", table.Span);
        }

        return response.Markdown.Tables is [var first, ..] ? new(Outcome.Obeyed, "the answer has a table as asked", first.Span)
            : new(Outcome.Violated, "the answer has no Markdown table");
    }

    public override bool Apply(Draft draft) => draft.AddAfter(() =>
    {
        IReadOnlyList<string> columns = (IReadOnlyList<string>?)Columns
            ?? [.. WordLists.Of(draft.Language, "own columns").Take(draft.Random.Between(2, 3))];
        List<string> used = [];
        List<string> rows = [Row(columns), Row(columns.Select(_ => "---"))];
        for (int n = Math.Max(Rows.Max == 0 ? 0 : 1, Rows.SampleCount(draft.Random, 2, 4)); n > 0; n--)
            rows.Add(Row(columns.Select(c => draft.Source.Cell(c, draft.Language, used))));
        return new Block(BlockKind.Fixed) { Fixed = string.Join('\n', rows) };
    });

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";

    public override Constraint SampleConflicting(SamplingContext context)
    {
        if (Columns is not null && (Rows.IsEmpty || context.Random.Chance(0.5)))
        {
            TextList others;
            do
                others = context.SampleSeveral("columns", 2, 4);
            while (Columns.Select(c => c.Trim('*', '_', '`', ' ')).ToHashSet(StringComparer.OrdinalIgnoreCase)
                .SetEquals(others)); // another order alone would be a trifle to readers
            return new MarkdownTable(others, Rows);
        }

        return Rows.IsEmpty ? new ForbiddenPunctuation(["|"]) : new MarkdownTable(Columns, Rows.SampleDisjoint(context.Random, Low, High));
    }

    protected override string? Validate()
    {
        if (!Rows.IsEmpty && Rows.Error("rows_") is { } error)
            return $"rows: {error}";
        return Columns is not null && Columns.Any(c => c.AsSpan().ContainsAny("|\r\n")) ? "a column's name has | or a line end" : null;
    }

    private static MarkdownTable Sample(SamplingContext context)
    {
        int shape = context.Random.Below(10);
        TextList? columns = shape < 8 ? context.SampleSeveral("columns", 2, 4) : null;
        return new(columns, shape >= 5 ? CountRange.Sample(context.Random, Low, High) : default);
    }

    private static bool HasColumns(Response response, Table table, TextList columns)
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
}

/// <summary>
/// The answer has a fenced code block that is closed; with a language, every block is marked as that one. It conflicts with another
/// language; without one, with forbidding the marks of fences.
/// </summary>
public sealed record CodeBlock(string? Language = null) : Constraint(Scope.Whole)
{
    public static readonly ConstraintType Definition = new("code_block", Category.OutputFormat, typeof(CodeBlock), Sample)
    { Needs = Aspects.Prose | Aspects.PlainParagraphs | Aspects.LineForm | Aspects.Dividers, Marks = "`" };

    public override Verdict Check(Response response)
    {
        int closed = 0;
        foreach (Text.CodeBlock block in response.Markdown.CodeBlocks)
        {
            closed += block.IsClosed ? 1 : 0;
            if (Language is not null && !response.Span(block.Language).Equals(Language, StringComparison.OrdinalIgnoreCase))
                return new(Outcome.Violated, $"a code block is marked as \"{response.Span(block.Language)}\"; asked for \"{Language}\"",
                    block.Span);
        }

        return Verdict.Of(closed > 0, closed > 0 ? $"the answer has {closed} code blocks" : "the answer has no closed code block");
    }
    /// <summary>Code that prints something about the topic.</summary>
    public override bool Apply(Draft draft) => draft.AddAfter(() =>
    {
        List<string> used = [];
        string a = draft.Source.Thing(draft.Language, used), b = draft.Source.Thing(draft.Language, used), language = (Language ?? "")
            .ToLowerInvariant();
        string? code = WordLists.Of(Constraints.Language.English, "code")
            .FirstOrDefault(c => c.Split(' ', 2)[0].Split(',').Contains(language))?.Split(' ', 2)[1];
        code = (code ?? "list: {a}, {b}").Replace("{a}", a, StringComparison.Ordinal).Replace("{b}", b, StringComparison.Ordinal);
        return new Block(BlockKind.Fixed) { Fixed = $"```{Language}\n{code}\n```" };
    }) && draft.LeaveUncounted(Unit.Words, Unit.Han, Unit.Characters);

    public override Constraint SampleConflicting(SamplingContext context) =>
        Language is null ? new ForbiddenPunctuation(["`", "~"])
            : new CodeBlock(context.SampleOther(CodeLanguages, l => !l.Equals(Language, StringComparison.OrdinalIgnoreCase)));

    protected override string? Validate() =>
        Language is not null && Language.Any(c => char.IsWhiteSpace(c) || c is '`' or '~')
            ? $"\"{Language}\" is not a language mark: it has a space or a fence's mark" : null;

    private static IReadOnlyList<string> CodeLanguages => WordLists.Of(Constraints.Language.English, "code languages");

    private static CodeBlock Sample(SamplingContext context) => new(context.Random.Chance(0.7) ? context.Random.Pick(CodeLanguages) : null);
}

/// <summary>Each word is in bold at least once, alone or with others, letter case aside. It conflicts with no bold at all.</summary>
public sealed record Highlighted(TextList Words) : Constraint(Scope.Whole)
{
    public static readonly ConstraintType Definition =
        new("highlighted", Category.TextStyle, typeof(Highlighted), context => new Highlighted(context.SampleSeveral(context.Words, 1, 2)))
    { Owns = Aspects.Bold, Needs = Aspects.Prose, Marks = "*_" };

    public override Verdict Check(Response response)
    {
        foreach (string word in Words)
        {
            bool found = false;
            foreach (TextSpan span in response.Markdown.Bold)
                found |= !found && response.Span(span).Contains(word, StringComparison.OrdinalIgnoreCase);
            if (!found)
                return new(Outcome.Violated, $"\"{word}\" is not in bold");
        }

        return new(Outcome.Obeyed, "the words asked for are in bold");
    }

    public override bool Apply(Draft draft) =>
        draft.PutWords(Words, Scope.Whole) && draft.Emphasize(() => Words.All(w => Emphasis.Wrap(draft.Sentences, w, "**")));

    public override Constraint SampleConflicting(SamplingContext context) => Counts.Bold.Of(CountRange.None);

    public override IEnumerable<string> RequiredTexts => Words;
}
