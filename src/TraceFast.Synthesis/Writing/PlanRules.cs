using TraceFast.Constraints;
using TraceFast.Constraints.Types;

namespace TraceFast.Synthesis.Writing;

/// <summary>What each constraint type asks of a plan. A type without a rule is one that the writer can not write.</summary>
internal static class PlanRules
{
    private const int LongestPart = 400;

    /// <summary>False: the writer can not write it, or not together with what the plan has.</summary>
    public static bool TryAdd(Plan plan, Constraint constraint)
    {
        if (!Add(plan, constraint))
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

    private static bool Add(Plan plan, Constraint constraint)
    {
        switch (constraint)
        {
            case CountConstraint count:
                return AddCount(plan, count);
            case Keywords keywords:
                plan.Keywords.AddRange(keywords.Words.Select(w => (w, keywords.Scope)));
                return true;
            case ForbiddenWords forbidden:
                plan.Forbidden.AddRange(forbidden.Words.Select(w => (w, forbidden.Scope)));
                return true;
            case KeywordFrequency frequency:
                plan.Frequencies.Add((frequency.Word, frequency.Range));
                return true;
            case KeywordOrder order:
                plan.Orders.Add((order.First, order.Second));
                return true;
            case LetterFrequency letters:
                plan.Letters.Add((letters.Letter[0], letters.Range));
                return true;
            case Highlighted highlighted:
                plan.Keywords.AddRange(highlighted.Words.Select(w => (w, Scope.Whole)));
                plan.Highlighted.AddRange(highlighted.Words);
                return true;
            case NoContactDetails:
                return true;
            case NoDigits:
                return plan.NoDigits = true;
            case NumberPrecision { Decimals: <= 4 } precision:
                plan.Decimals = precision.Decimals;
                return true;
            case NumberFormat format:
                return TrySet(plan.NumberStyle, format.Style, v => plan.NumberStyle = v);
            case DateFormat format:
                return TrySet(plan.DateFormat, format.Format, v => plan.DateFormat = v);
            case LetterCase letterCase:
                return AddCase(plan, letterCase);
            case AnswerLanguage language:
                return AddLanguage(plan, language);
            case Bilingual { First: "en" or "zh", Second: "en" or "zh" }:
                return plan.IsBilingual = true;
            case InitialLetter initial:
                return plan.Initials.TryAdd(initial.Scope, char.ToUpperInvariant(initial.Letter[0])) && (initial.Scope != Scope.EachItem || plan.Take(Shape.List, initial));
            case StartsWith start:
                return plan.Starts.TryAdd(start.Scope, start.Text);
            case EndsWith end:
                return plan.Ends.TryAdd(end.Scope, end.Text);
            case SentenceEnd end:
                return TrySet(plan.SentenceEnd, end.Mark, v => plan.SentenceEnd = v);
            case ForbiddenPunctuation forbidden:
                (forbidden.Scope == Scope.Title ? plan.ForbiddenTitleMarks : plan.ForbiddenMarks).AddRange(forbidden.Marks);
                return true;
            case Separator separator:
                return TrySet(plan.Separator, separator.Mark, v => plan.Separator = v);
            case Postscript postscript:
                return TrySet(plan.Postscript, postscript.Marker, v => plan.Postscript = v);
            case Markdown:
                return plan.NeedsMarkdown = true;
            case XmlElement element:
                return TrySet(plan.XmlTag, element.Tag, v => plan.XmlTag = v);
            case QuotedWhole:
                return plan.Quoted = true;
            case Title:
                return plan.NeedsTitle = true;
            case BracketTitle:
                return plan.NeedsTitle = plan.BracketTitle = true;
            case ExactTitle title:
                return TrySet(plan.ExactTitle, title.Text, v => plan.ExactTitle = v) && (plan.NeedsTitle = true);
            default:
                return AddShape(plan, constraint);
        }
    }

    /// <summary>What decides the form of the body or of a part of it.</summary>
    private static bool AddShape(Plan plan, Constraint constraint)
    {
        switch (constraint)
        {
            case SyllablesPerLine or HanPerLine:
                return plan.Take(Shape.Verse, constraint);
            case Json or JsonObject:
                return plan.Take(Shape.JsonObject, constraint);
            case JsonArray:
                return plan.Take(Shape.JsonArray, constraint);
            case Csv:
                return plan.Take(Shape.Csv, constraint);
            case TemplateSlots:
                return plan.Take(Shape.Template, constraint);
            case LineShape:
                return plan.Take(Shape.Pairs, constraint);
            case ExampleShape:
                return plan.Take(Shape.Example, constraint);
            case MarkdownTable when plan.BlockSource is null:
                plan.BlockSource = constraint;
                return plan.HasTable = true;
            case CodeBlock when plan.BlockSource is null:
                plan.BlockSource = constraint;
                return plan.HasCode = true;
            case BulletedList list:
                (plan.BulletMark, plan.Bulleted) = (list.Marker, true);
                return plan.Take(Shape.List, list) && TryNarrow(plan.ListedItems, list.Range, r => plan.ListedItems = r);
            case NestedList { Depth: <= 4 } list:
                plan.ListDepth = list.Depth;
                return plan.Take(Shape.List, list);
            case NumberingStyle style:
                return plan.NumberingStyle is null && plan.Take(Shape.List, style) && TrySet(plan.NumberingStyle, style.Style, v => plan.NumberingStyle = v);
            case HeadingCount headings:
                plan.HeadingLevel = headings.Level;
                return TryNarrow(plan.Headings, headings.Range, r => plan.Headings = r);
            case SectionHeadings headings when plan.SectionHeadings is null:
                plan.SectionHeadings = headings.Headings;
                return true;
            default:
                return false;
        }
    }

    private static bool AddCount(Plan plan, CountConstraint count)
    {
        (CountType type, CountRange range, Scope scope) = (count.Type, count.Range, count.Scope);
        return type switch
        {
            _ when type == Counts.Words => AddLength(plan, count, LengthUnit.Words),
            _ when type == Counts.Han => AddLength(plan, count, LengthUnit.Han),
            _ when type == Counts.Characters => AddLength(plan, count, LengthUnit.Characters),
            _ when type == Counts.Sentences => Plan.Narrow(plan.Sentences, scope, range),
            _ when type == Counts.Lines => Plan.Narrow(plan.Lines, scope, range),
            _ when type == Counts.ParagraphTotal => TryNarrow(plan.Paragraphs, range, r => plan.Paragraphs = r),
            _ when type == Counts.Items => range.Max == 0 || plan.Take(Shape.List, count) && TryNarrow(plan.Items, range, r => plan.Items = r),
            _ when type == Counts.NumberedItems => plan.Take(Shape.List, count) && (plan.Numbered = true) && TryNarrow(plan.ListedItems, range, r => plan.ListedItems = r),
            _ when type == Counts.Numbers => TryNarrow(plan.Numbers, range, r => plan.Numbers = r),
            _ when type == Counts.CapitalWords => TryNarrow(plan.Capitals, range, r => plan.Capitals = r),
            _ when type == Counts.Questions => TryNarrow(plan.Questions, range, r => plan.Questions = r),
            _ when type == Counts.Bold => TryNarrow(plan.Bold, range, r => plan.Bold = r),
            _ when type == Counts.Italics => TryNarrow(plan.Italic, range, r => plan.Italic = r),
            _ when type == Counts.Placeholders => TryNarrow(plan.Placeholders, range, r => plan.Placeholders = r),
            _ when type == Counts.CitationMarks => TryNarrow(plan.Citations, range, r => plan.Citations = r),
            _ when type == Counts.References => TryNarrow(plan.References, range, r => plan.References = r),
            _ when type == Counts.Links => TryNarrow(plan.Links, range, r => plan.Links = r),
            _ when type == Counts.HeadingDepth => TryNarrow(plan.HeadingDepth, range, r => plan.HeadingDepth = r),
            _ when type == Counts.Emojis && !plan.Emoji.Range.IsAsked() => Do(() => plan.Emoji = (scope, range)),
            _ when type == Counts.Exclamations && !plan.Exclamations.Range.IsAsked() => Do(() => plan.Exclamations = (scope, range)),
            _ => false,
        };
    }

    private static bool AddLength(Plan plan, CountConstraint count, LengthUnit unit)
    {
        if (plan.Lengths.Count > 0 && plan.Unit != unit || count.Range.Min > LongestPart * (unit == LengthUnit.Characters ? 4 : 1))
            return false;
        plan.Unit = unit;
        return Plan.Narrow(plan.Lengths, count.Scope, count.Range);
    }

    private static bool AddCase(Plan plan, LetterCase letterCase)
    {
        if (letterCase.Scope == Scope.Title)
            plan.TitleCase = letterCase.Case;
        else if (letterCase.Scope == Scope.Whole)
            plan.Case = letterCase.Case;
        else if (letterCase.Scope is Scope.FirstSentence or Scope.LastSentence)
            plan.SentenceCases[letterCase.Scope] = letterCase.Case;
        else
            return false;
        return true;
    }

    /// <summary>The writer knows two languages.</summary>
    private static bool AddLanguage(Plan plan, AnswerLanguage asked)
    {
        if (asked.Language is not ("en" or "zh") || asked.Scope is not (Scope.Whole or Scope.Title))
            return false;
        Language language = Languages.Of(asked.Language);
        if (asked.Scope == Scope.Title)
            plan.TitleLanguage = language;
        else
            plan.TextLanguage = language;
        return true;
    }

    /// <summary>Sets what nothing has set before.</summary>
    private static bool TrySet(string? before, string value, Action<string> set)
    {
        if (before is not null)
            return false;
        set(value);
        return true;
    }

    private static bool TryNarrow(CountRange before, CountRange range, Action<CountRange> set)
    {
        if (Plan.Common(before, range) is not { } common)
            return false;
        set(common);
        return true;
    }

    private static bool Do(Action action)
    {
        action();
        return true;
    }
}
