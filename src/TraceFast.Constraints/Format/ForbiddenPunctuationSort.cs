using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Format;

/// <summary>
/// forbidden_punctuation{marks[]}: none of the marks stands anywhere in the answer or its title, full and half width alike. Contradicted by a sort that can not do without one of them.
/// </summary>
public sealed class ForbiddenPunctuationSort : Sort
{
    private static readonly string[][] English = [[","], ["!"], ["?"], [";"], [":"], ["-"], ["(", ")"], ["\""], ["!", "?"], [";", ":"], [","], ["—"], ["*", "#"]];

    private static readonly string[][] Chinese = [["，"], ["！"], ["？"], ["；"], ["："], ["、"], ["（", "）"], ["“", "”"], ["！", "？"], ["；", "："], ["……"], ["——"], ["*", "#"]];

    /// <summary>Sorts that can not do without a mark, by its half-width form.</summary>
    private static readonly Dictionary<char, string[]> NeededBy = new()
    {
        ['?'] = ["question_count"],
        ['!'] = ["exclamation_count", "link_count"],
        [','] = [.. SortNames.Data, "citation_marks", "date_format", "number_format"],
        ['%'] = ["number_format"],
        ['$'] = ["number_format"],
        [':'] = ["template_slots", "postscript", "link_count", "json_object", "markdown_table"],
        ['-'] = ["bulleted_list", "nested_list", "markdown_table", "date_format", "separator"],
        ['*'] = ["bold_count", "italic_count", "highlighted", "bulleted_list", "nested_list", "markdown", "separator"],
        ['_'] = ["bold_count", "italic_count", "highlighted", "markdown"],
        ['#'] = [.. SortNames.Headings, "markdown", "title"],
        ['|'] = ["markdown_table"],
        ['`'] = ["code_block"],
        ['['] = ["placeholders", "citation_marks", "reference_list", "link_count"],
        [']'] = ["placeholders", "citation_marks", "reference_list", "link_count"],
        ['('] = ["citation_marks", "link_count", "numbering_style"],
        [')'] = ["citation_marks", "link_count", "numbering_style"],
        ['.'] = ["numbered_list", "numbering_style", "sentence_end", "sentence_count", "postscript", "number_precision", "link_count"],
        ['"'] = [.. SortNames.Data, "quoted_whole"],
        ['<'] = ["xml_element", "bracket_title"],
        ['>'] = ["xml_element", "bracket_title"],
        ['《'] = ["bracket_title"],
        ['、'] = ["numbering_style"],
    };

    public override string Name => "forbidden_punctuation";

    public override Category Kind => Category.GrammarStructure;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("marks", ParameterType.Texts)];

    public override IReadOnlyList<Scope> Parts { get; } = [Scope.Whole, Scope.Title];

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(
            "Do not use {marks:either}", "Avoid {marks:list} entirely", "Your response must not contain the punctuation {marks?mark:marks} {marks:list}", "Write without any {marks:either}", "The {marks?character:characters} {marks:list} must not appear",
            "Refrain from using {marks:either} anywhere in the answer", "Not a single {marks:either} may stand in the reply")
        .Chinese(
            "不要使用标点{marks:list}", "回答中不得出现{marks:either}", "全文禁止使用{marks:list}", "请避免使用标点符号{marks:list}", "不能出现{marks:either}这{marks?个:些}符号", "行文时不得用{marks:either}", "整个回答都不要有{marks:list}")
        .EnglishAbout([Scope.Title], "@ must not contain {marks:either}", "Do not use {marks:either} in @", "Keep {marks:list} out of @")
        .ChineseAbout([Scope.Title], "@中不得出现{marks:either}", "@不要使用{marks:list}", "@里不能有{marks:either}");

    public override Verdict Check(Constraint constraint, Response response)
    {
        IReadOnlyList<TextSpan> places = response.SpansOf(constraint.Scope);
        if (places.Count == 0)
            return new(Outcome.Violated, "the answer has no title");
        ReadOnlySpan<char> text = response.Span(places[0]);
        foreach (string mark in constraint.Arguments.Texts("marks"))
        {
            int at = mark.Length == 1 ? text.IndexOfAny(FoldedWidth.Twins(mark[0])) : text.IndexOf(mark, StringComparison.OrdinalIgnoreCase);
            if (at >= 0)
                return new(Outcome.Violated, $"{mark} stands in the answer", new TextSpan(places[0].Start + at, mark.Length));
        }

        return new(Outcome.Obeyed, $"the answer is free of {string.Join(' ', constraint.Arguments.Texts("marks"))}");
    }

    public override Constraint Draw(SamplingContext context) => new(this, Arguments.Of(("marks", context.Random.Pick(context.Language == Language.Chinese ? Chinese : English))));

    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        string mark = context.Random.Pick(constraint.Arguments.Texts("marks"));
        if (constraint.Scope == Scope.Title)
            return Sorts.Get("json_object").Draw(context); // no title at all
        return Needing(mark, context);
    }

    public override bool Conflicts(Constraint own, Constraint other)
    {
        if (base.Conflicts(own, other))
            return true;
        IReadOnlyList<string> marks = own.Arguments.Texts("marks");
        return marks.Any(m => m.Length == 1 && NeededBy.TryGetValue(FoldedWidth.Of(m[0]), out string[]? sorts) && sorts.Contains(other.Sort.Name))
            || other.Sort.MustContain(other).Any(text => marks.Any(m => m.Length == 1 ? text.AsSpan().ContainsAny(FoldedWidth.Twins(m[0])) : text.Contains(m, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>A constraint that no answer without the mark obeys.</summary>
    private static Constraint Needing(string mark, SamplingContext context)
    {
        SeededRandom random = context.Random;
        switch (mark.Length == 1 ? FoldedWidth.Of(mark[0]) : '\0')
        {
            case '?':
                return new(Sorts.Get("question_count"), Arguments.Of(("min", random.Between(1, 3))));
            case '!' or '.':
                return new(Sorts.Get("sentence_end"), Arguments.Of(("mark", mark)));
            case ',':
                return Sorts.Get("csv").Draw(context);
            case ':':
                return Sorts.Get("template_slots").Draw(context);
            case '"':
                return Sorts.Get("json_object").Draw(context);
            case '|':
                return Sorts.Get("markdown_table").Draw(context);
            case '-' or '*' or '+':
                return new(Sorts.Get("bulleted_list"), Arguments.Of(("min", random.Between(2, 4)), ("marker", FoldedWidth.Of(mark[0]).ToString())));
            case '#':
                return new(Sorts.Get("heading_count"), Arguments.Of(("min", random.Between(2, 4))));
            case '(' or ')':
                return new(Sorts.Get("numbering_style"), Arguments.Of(("style", "(1)")));
            case '[' or ']':
                return new(Sorts.Get("placeholders"), Arguments.Of(("min", random.Between(1, 3))));
            case '<' or '>':
                return Sorts.Get("xml_element").Draw(context);
            case '、':
                return new(Sorts.Get("numbering_style"), Arguments.Of(("style", "一、")));
            default:
                return new(Sorts.Get("line_shape"), Arguments.Of(("separator", mark)));
        }
    }
}
