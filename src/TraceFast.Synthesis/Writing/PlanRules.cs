using TraceFast.Constraints;
using TraceFast.Constraints.Counting;

namespace TraceFast.Synthesis.Writing;

/// <summary>What each sort asks of a plan, by the sort's name. A sort without a rule is one that the writer can not write.</summary>
internal static class PlanRules
{
    private const int LongestPart = 400;

    private static readonly Dictionary<string, Func<Plan, Constraint, bool>> Rules = new()
    {
        ["word_count"] = (p, c) => Length(p, c, LengthUnit.Words),
        ["han_count"] = (p, c) => Length(p, c, LengthUnit.Han),
        ["character_count"] = (p, c) => Length(p, c, LengthUnit.Characters),
        ["sentence_count"] = (p, c) => Plan.Narrow(p.Sentences, c.Scope, Range(c)),
        ["line_count"] = (p, c) => Plan.Narrow(p.Lines, c.Scope, Range(c)),
        ["paragraph_count"] = (p, c) => Set(Plan.Common(p.Paragraphs, Range(c)), r => p.Paragraphs = r),
        ["item_count"] = (p, c) => Range(c).Max == 0 || p.Take(Shape.List, c) && Set(Plan.Common(p.Items, Range(c)), r => p.Items = r),
        ["number_count"] = (p, c) => Set(Plan.Common(p.Numbers, Range(c)), r => p.Numbers = r),
        ["number_precision"] = (p, c) => c.Arguments.Integer("decimals") is >= 0 and <= 4 && Set((int?)c.Arguments.Integer("decimals"), r => p.Decimals = r),
        ["no_digits"] = (p, _) => p.NoDigits = true,
        ["keywords"] = (p, c) => All(c.Arguments.Texts("words"), w => p.Keywords.Add((w, c.Scope))),
        ["forbidden_words"] = (p, c) => All(c.Arguments.Texts("words"), w => p.Forbidden.Add((w, c.Scope))),
        ["keyword_frequency"] = (p, c) => All([c.Arguments.Text("word")], w => p.Frequencies.Add((w, Range(c)))),
        ["keyword_order"] = (p, c) => All([0], _ => p.Orders.Add((c.Arguments.Text("first"), c.Arguments.Text("second")))),
        ["letter_frequency"] = (p, c) => All([0], _ => p.Letters.Add((c.Arguments.Text("letter")[0], Range(c)))),
        ["no_contact_details"] = (_, _) => true,
        ["letter_case"] = LetterCase,
        ["language"] = SetLanguage,
        ["bilingual"] = (p, c) => c.Arguments.Text("first") is "en" or "zh" && c.Arguments.Text("second") is "en" or "zh" && (p.IsBilingual = true),
        ["capital_words"] = (p, c) => Set(Plan.Common(p.Capitals, Range(c)), r => p.Capitals = r),
        ["initial_letter"] = (p, c) => p.Initials.TryAdd(c.Scope, char.ToUpperInvariant(c.Arguments.Text("letter")[0])) && (c.Scope != Scope.EachItem || p.Take(Shape.List, c)),
        ["emoji_count"] = (p, c) => !p.Emoji.Range.IsAsked() && Set<(Scope, CountRange)>((c.Scope, Range(c)), r => p.Emoji = r),
        ["exclamation_count"] = (p, c) => !p.Exclamations.Range.IsAsked() && Set<(Scope, CountRange)>((c.Scope, Range(c)), r => p.Exclamations = r),
        ["syllables_per_line"] = (p, c) => p.Take(Shape.Verse, c),
        ["han_per_line"] = (p, c) => p.Take(Shape.Verse, c),
        ["json"] = (p, c) => p.Take(Shape.JsonObject, c),
        ["json_object"] = (p, c) => p.Take(Shape.JsonObject, c),
        ["json_array"] = (p, c) => p.Take(Shape.JsonArray, c),
        ["csv"] = (p, c) => p.Take(Shape.Csv, c),
        ["markdown_table"] = (p, c) => p.BlockSource is null && Set(c, r => p.BlockSource = r) && (p.HasTable = true),
        ["code_block"] = (p, c) => p.BlockSource is null && Set(c, r => p.BlockSource = r) && (p.HasCode = true),
        ["markdown"] = (p, _) => p.NeedsMarkdown = true,
        ["xml_element"] = (p, c) => p.XmlTag is null && Set(c.Arguments.Text("tag"), r => p.XmlTag = r),
        ["quoted_whole"] = (p, _) => p.Quoted = true,
        ["bold_count"] = (p, c) => Set(Plan.Common(p.Bold, Range(c)), r => p.Bold = r),
        ["italic_count"] = (p, c) => Set(Plan.Common(p.Italic, Range(c)), r => p.Italic = r),
        ["highlighted"] = (p, c) => All(c.Arguments.Texts("words"), w => (p.Keywords, p.Highlighted).Add(w)),
        ["bracket_title"] = (p, _) => p.NeedsTitle = p.BracketTitle = true,
        ["title"] = (p, _) => p.NeedsTitle = true,
        ["exact_title"] = (p, c) => p.ExactTitle is null && Set(c.Arguments.Text("text"), r => p.ExactTitle = r) && (p.NeedsTitle = true),
        ["placeholders"] = (p, c) => Set(Plan.Common(p.Placeholders, Range(c)), r => p.Placeholders = r),
        ["starts_with"] = (p, c) => p.Starts.TryAdd(c.Scope, c.Arguments.Text("text")),
        ["ends_with"] = (p, c) => p.Ends.TryAdd(c.Scope, c.Arguments.Text("text")),
        ["sentence_end"] = (p, c) => p.SentenceEnd is null && Set(c.Arguments.Text("mark"), r => p.SentenceEnd = r),
        ["forbidden_punctuation"] = (p, c) => All(c.Arguments.Texts("marks"), (c.Scope == Scope.Title ? p.ForbiddenTitleMarks : p.ForbiddenMarks).Add),
        ["question_count"] = (p, c) => Set(Plan.Common(p.Questions, Range(c)), r => p.Questions = r),
        ["separator"] = (p, c) => p.Separator is null && Set(c.Arguments.Text("mark"), r => p.Separator = r),
        ["citation_marks"] = (p, c) => Set(Plan.Common(p.Citations, Range(c)), r => p.Citations = r),
        ["reference_list"] = (p, c) => Set(Plan.Common(p.References, Range(c)), r => p.References = r),
        ["link_count"] = (p, c) => Set(Plan.Common(p.Links, Range(c)), r => p.Links = r),
        ["numbered_list"] = (p, c) => p.Take(Shape.List, c) && (p.Numbered = true) && Set(Plan.Common(p.ListedItems, Range(c)), r => p.ListedItems = r),
        ["bulleted_list"] = BulletedList,
        ["nested_list"] = (p, c) => c.Arguments.Integer("depth") is >= 1 and <= 4 && p.Take(Shape.List, c) && Set((int?)c.Arguments.Integer("depth"), r => p.ListDepth = r),
        ["numbering_style"] = (p, c) => p.NumberingStyle is null && p.Take(Shape.List, c) && Set(c.Arguments.Text("style"), r => p.NumberingStyle = r),
        ["heading_count"] = HeadingCount,
        ["heading_depth"] = (p, c) => Set(Plan.Common(p.HeadingDepth, Range(c)), r => p.HeadingDepth = r),
        ["section_headings"] = (p, c) => p.SectionHeadings is null && Set(c.Arguments.Texts("headings"), r => p.SectionHeadings = r),
        ["template_slots"] = (p, c) => p.Take(Shape.Template, c),
        ["postscript"] = (p, c) => p.Postscript is null && Set(c.Arguments.Text("marker"), r => p.Postscript = r),
        ["date_format"] = (p, c) => p.DateFormat is null && Set(c.Arguments.Text("format"), r => p.DateFormat = r),
        ["number_format"] = (p, c) => p.NumberStyle is null && Set(c.Arguments.Text("style"), r => p.NumberStyle = r),
        ["example_shape"] = (p, c) => p.Take(Shape.Example, c),
        ["line_shape"] = (p, c) => p.Take(Shape.Pairs, c),
    };

    public static IReadOnlyCollection<string> Writable => Rules.Keys;

    public static bool TryAdd(Plan plan, Constraint constraint)
    {
        if (!Rules.TryGetValue(constraint.Sort.Name, out Func<Plan, Constraint, bool>? rule) || !rule(plan, constraint))
            return false;
        if (constraint.Scope == Scope.Title)
            plan.NeedsTitle = true;
        return constraint.Scope != Scope.EachItem || plan.Shape == Shape.List || plan.Take(Shape.List, constraint);
    }

    /// <summary>Whether one text can have all that the plan collected, as far as the writer knows how.</summary>
    public static bool FitTogether(Plan plan, IReadOnlyList<Constraint> constraints)
    {
        foreach (Constraint constraint in constraints)
        {
            if (!PlanShapes.Allow(plan, constraint))
                return false;
        }

        return PlanShapes.HasRoom(plan);
    }

    private static CountRange Range(Constraint constraint) => CountRange.Of(constraint.Arguments);

    private static bool Set<T>(T? value, Action<T> assign)
        where T : struct
    {
        if (value is { } some)
            assign(some);
        return value is not null;
    }

    private static bool Set<T>(T value, Action<T> assign)
        where T : class
    {
        assign(value);
        return true;
    }

    private static bool All<T>(IReadOnlyList<T> values, Action<T> add)
    {
        foreach (T value in values)
            add(value);
        return true;
    }

    private static void Add(this (List<(string Word, Scope Scope)> Keywords, List<string> Highlighted) lists, string word)
    {
        lists.Keywords.Add((word, Scope.Whole));
        lists.Highlighted.Add(word);
    }

    private static bool Length(Plan plan, Constraint constraint, LengthUnit unit)
    {
        if (plan.Lengths.Count > 0 && plan.Unit != unit || Range(constraint).Min > LongestPart * (unit == LengthUnit.Characters ? 4 : 1))
            return false;
        plan.Unit = unit;
        return Plan.Narrow(plan.Lengths, constraint.Scope, Range(constraint));
    }

    private static bool LetterCase(Plan plan, Constraint constraint)
    {
        string asked = constraint.Arguments.Text("case");
        if (constraint.Scope == Scope.Title)
            plan.TitleCase = asked;
        else if (constraint.Scope == Scope.Whole)
            plan.Case = asked;
        else if (constraint.Scope is Scope.FirstSentence or Scope.LastSentence)
            plan.SentenceCases[constraint.Scope] = asked;
        else
            return false;
        return true;
    }

    /// <summary>The writer knows two languages.</summary>
    private static bool SetLanguage(Plan plan, Constraint constraint)
    {
        if (constraint.Arguments.Text("language") is not ("en" or "zh") || constraint.Scope is not (Scope.Whole or Scope.Title))
            return false;
        Language language = Languages.Of(constraint.Arguments.Text("language"));
        if (constraint.Scope == Scope.Title)
            plan.TitleLanguage = language;
        else
            plan.TextLanguage = language;
        return true;
    }

    private static bool BulletedList(Plan plan, Constraint constraint)
    {
        plan.BulletMark = constraint.Arguments.TextOrNull("marker");
        plan.Bulleted = true;
        return plan.Take(Shape.List, constraint) && Set(Plan.Common(plan.ListedItems, Range(constraint)), r => plan.ListedItems = r);
    }

    private static bool HeadingCount(Plan plan, Constraint constraint)
    {
        plan.HeadingLevel = (int?)constraint.Arguments.IntegerOrNull("level");
        return Set(Plan.Common(plan.Headings, Range(constraint)), r => plan.Headings = r);
    }
}
