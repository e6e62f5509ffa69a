using TraceFast.Constraints;
using TraceFast.Constraints.Types;

namespace TraceFast.Synthesis.Writing;

/// <summary>Which sorts the writer can serve together: what a shape leaves room for, and pairs that would need more than it can do.</summary>
internal static class PlanShapes
{
    private static readonly HashSet<string> Lengths = ["word_count", "han_count", "character_count"];

    private static readonly HashSet<string> InData = ["json", "json_object", "json_array", "csv", "keywords", "forbidden_words", "no_contact_details", "no_digits", "language"];

    private static readonly HashSet<string> InVerse =
        ["syllables_per_line", "han_per_line", "forbidden_words", "no_contact_details", "no_digits", "line_count", "title", "bracket_title", "exact_title", "letter_case", "forbidden_punctuation"];

    private static readonly HashSet<string> InLines =
    [
        "line_shape", "template_slots", "example_shape", "forbidden_words", "keywords", "no_contact_details", "no_digits", "line_count", "title", "bracket_title", "exact_title", "emoji_count", "exclamation_count",
        "letter_case", "highlighted", "bold_count", "italic_count", "language", "question_count", "placeholders", "forbidden_punctuation",
    ];

    /// <summary>Sorts that speak of text which is neither sentence nor paragraph: they do not stand beside a table or code.</summary>
    private static readonly HashSet<string> NotBesideBlocks =
        ["sentence_count", "paragraph_count", "line_count", "sentence_end", "initial_letter", "letter_case", "capital_words", "number_count", "number_precision", "letter_frequency", "bilingual", "language", "separator", "keyword_frequency", "keyword_order"];

    private static readonly HashSet<string> NotInOtherLanguage =
        ["keywords", "keyword_frequency", "keyword_order", "highlighted", "word_count", "han_count", "letter_case", "capital_words", "starts_with", "ends_with", "exact_title", "section_headings", "postscript", "initial_letter", "letter_frequency", "date_format"];

    private static readonly HashSet<string> NotInOneCase =
        ["starts_with", "ends_with", "exact_title", "section_headings", "postscript", "capital_words", "placeholders", "link_count", "reference_list", "date_format", "xml_element", "bracket_title"];

    public static bool Allow(Plan plan, Constraint constraint)
    {
        string name = constraint.Type.Name;
        bool shaped = plan.Shape switch
        {
            Shape.JsonObject or Shape.JsonArray or Shape.Csv => InData.Contains(name) && constraint.Scope == Scope.Whole,
            Shape.Verse => InVerse.Contains(name) && constraint.Scope is Scope.Whole,
            Shape.Example => (InVerse.Contains(name) || name is "example_shape") && constraint.Scope is Scope.Whole or Scope.Title,
            Shape.Pairs or Shape.Template => InLines.Contains(name) && constraint.Scope is Scope.Whole or Scope.Title,
            Shape.List => AllowInList(plan, constraint),
            _ => constraint.Scope != Scope.EachItem,
        };
        if (!shaped)
            return false;
        if ((plan.HasTable || plan.HasCode) && (NotBesideBlocks.Contains(name) || Lengths.Contains(name) && constraint.Scope == Scope.Whole || constraint.Scope is not (Scope.Whole or Scope.Title or Scope.FirstParagraph or Scope.FirstSentence)))
            return false;
        if ((plan.TextLanguage != plan.Language || plan.IsBilingual) && (NotInOtherLanguage.Contains(name) || constraint.Scope == Scope.Title || plan.Shape is Shape.Verse))
            return false;
        if (name == "line_count" && constraint.Scope != Scope.Whole && (plan.Lines.ContainsKey(Scope.Whole) || plan.Shape != Shape.Prose || plan.Lengths.ContainsKey(Scope.EachLine)))
            return false;
        if (name == "letter_frequency" && plan.Lengths.Count > 0)
            return false;
        if (name is "exclamation_count" or "emoji_count" && constraint.Scope != Scope.Whole && plan.Shape is not (Shape.Prose or Shape.List))
            return false;
        if (plan.Initials.Count > 0 && name is "number_count" or "number_precision" or "number_format" or "date_format" or "link_count" or "placeholders" or "question_count" or "starts_with")
            return false;
        bool headed = plan.Headings.IsAsked() || plan.HeadingDepth.IsAsked() || plan.SectionHeadings is not null;
        if (name == "starts_with" && constraint.Scope == Scope.Whole && (headed || plan.NeedsTitle) || name == "ends_with" && constraint.Scope == Scope.Whole && (plan.HasTable || plan.HasCode))
            return false;
        if (name is "number_count" or "number_precision" && (plan.References.IsAsked() || plan.Citations.IsAsked()))
            return false;
        if (name == "character_count" && (plan.Bold.IsAsked() || plan.Italic.IsAsked() || plan.Highlighted.Count > 0 || plan.NeedsMarkdown || plan.Separator is not null || plan.Links.IsAsked()))
            return false;
        if (plan.ExactTitle is not null && constraint.Scope == Scope.Title || plan.ForbiddenMarks.Count > 0 && !AllowsMarks(plan))
            return false;
        if (plan.NoDigits && plan.Shape == Shape.Example && ((ExampleShape)plan.ShapeSource!).Example.Any(char.IsAsciiDigit))
            return false;
        if (name is "sentence_count" or "initial_letter" && (plan.Ends.Count > 0 || plan.Starts.Count > 0 && plan.Initials.Count > 0))
            return false;
        if (plan.IsBilingual && (Lengths.Contains(name) || name is "sentence_count" or "line_count" or "paragraph_count" or "sentence_end" or "italic_count" or "bold_count" or "link_count" || constraint.Scope != Scope.Whole))
            return false;
        if (plan.Case is not null && (plan.TitleCase is not null || plan.SentenceCases.Count > 0))
            return false;
        if (plan.Case is not null && (NotInOneCase.Contains(name) || plan.HasCode || plan.HasTable))
            return false;
        return AllowAround(plan, constraint);
    }

    /// <summary>Whether forbidden marks leave what else is asked for possible.</summary>
    private static bool AllowsMarks(Plan plan)
    {
        bool brackets = plan.Placeholders.IsAsked() || plan.Links.IsAsked() || plan.Citations.IsAsked();
        if (plan.HasCode || plan.References.IsAsked() || brackets && plan.ForbiddenMarks.Exists(m => "[]()（）［］:/".Contains(m, StringComparison.Ordinal)))
            return false;
        string asked = plan.ShapeSource is { } source ? string.Concat(source.Type.ValuesOf(source).Select(v => v.Value is TextList texts ? string.Concat(texts) : v.Value as string ?? "")) : "";
        return !plan.ForbiddenMarks.Exists(m => asked.Contains(m, StringComparison.Ordinal) || plan.Shape == Shape.Template && m is ":" or "：");
    }

    /// <summary>Whether as many sentences may stand as the plan's features need, and counts of lines go with counts of paragraphs or items.</summary>
    public static bool HasRoom(Plan plan)
    {
        long needed = Features.LeastSentences(plan);
        CountRange lines = plan.Lines.GetValueOrDefault(Scope.Whole);
        if (plan.Shape == Shape.Template)
            return ((TemplateSlots)plan.ShapeSource!).Labels.Count is var labels && lines.Contains(labels) && Math.Max(needed, ((plan.Bold.Min ?? 0) + (plan.Italic.Min ?? 0)) * 2) <= labels;
        if (plan.Shape == Shape.Pairs)
            return needed <= Math.Min(lines.Max ?? 3, 3);
        if (plan.Shape is not (Shape.Prose or Shape.List))
            return true;
        CountRange sentences = plan.Sentences.GetValueOrDefault(Scope.Whole);
        if (needed > (sentences.Max ?? long.MaxValue) || plan.Lengths.GetValueOrDefault(Scope.Whole).Max is { } most && needed * plan.SentenceLength.Short > most)
            return false;
        if (plan.Shape == Shape.Prose)
        {
            int headings = Math.Max(plan.SectionHeadings?.Count ?? 0, (int)Math.Max(plan.Headings.Min ?? 0, plan.HeadingDepth.Min ?? 0));
            return Plan.Common(plan.Paragraphs, lines) is { } paragraphs && headings <= Math.Min(paragraphs.Max ?? 20, sentences.Max ?? 20) && (paragraphs.Min ?? 0) <= (sentences.Max ?? long.MaxValue)
                && needed <= (paragraphs.Max ?? 9) * (plan.Sentences.GetValueOrDefault(Scope.EachParagraph).Max ?? 9);
        }

        return Plan.Common(plan.Items, plan.ListedItems) is { } items && Plan.Common(items, lines) is { } both && Plan.Common(both, sentences) is { } all && needed <= (all.Max ?? 10);
    }

    private static bool AllowInList(Plan plan, Constraint constraint) => constraint.Type.Name switch
    {
        "bulleted_list" when plan.Numbered || plan.NumberingStyle is not null => false,
        "paragraph_count" or "separator" or "section_headings" or "heading_count" or "heading_depth" or "bilingual" => false,
        _ => !plan.HasTable && !plan.HasCode && constraint.Scope is Scope.Whole or Scope.Title or Scope.EachItem or Scope.FirstSentence or Scope.LastSentence or Scope.EachSentence,
    };

    /// <summary>Postscripts, references, wrappers and separators stand apart from the counted text.</summary>
    private static bool AllowAround(Plan plan, Constraint constraint)
    {
        string name = constraint.Type.Name;
        bool behind = plan.Postscript is not null || plan.References.Min > 0;
        if (behind && (name is "sentence_count" or "paragraph_count" or "line_count" or "sentence_end" or "ends_with" or "initial_letter" || constraint.Scope is not (Scope.Whole or Scope.Title or Scope.FirstSentence or Scope.FirstParagraph)))
            return false;
        if (plan.Postscript is not null && plan.References.Min > 0 || plan.Separator is not null && constraint.Scope is not (Scope.Whole or Scope.Title or Scope.FirstSentence or Scope.LastSentence))
            return false;
        bool wrapped = plan.XmlTag is not null || plan.Quoted;
        return !wrapped || constraint.Scope == Scope.Whole && name is not ("starts_with" or "ends_with" or "line_count" or "paragraph_count" or "sentence_count" or "initial_letter" or "sentence_end" or "postscript" or "reference_list" or "character_count");
    }
}
