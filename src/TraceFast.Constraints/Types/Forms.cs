using System.Text;
using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Types;

/// <summary>
/// Each label starts exactly one line, in this order, with a colon (: or ：) after it and a text after that or on the next line. A list's
/// mark, bold and letter case do not matter. It conflicts with another order, or for a single label with forbidding colons.
/// </summary>
public sealed record TemplateSlots(TextList Labels) : Constraint(Scope.Whole)
{
    public static readonly ConstraintType Definition =
        new("template_slots", Category.Template, typeof(TemplateSlots), context => new TemplateSlots(context.SampleSeveral("labels", 2, 4)))
    { Needs = Aspects.Prose | Aspects.PlainParagraphs | Aspects.LineForm | Aspects.SentenceEnds | Aspects.Dividers, Marks = ":" };

    public override Verdict Check(Response response)
    {
        List<Line> lines = response.Structure;
        int next = 0;
        for (int n = 0; n < lines.Count; n++)
        {
            int which = LabelOf(response, lines[n], out bool hasText);
            if (which < 0)
                continue;
            TextSpan span = new(lines[n].Start, lines[n].End - lines[n].Start);
            if (which != next)
            {
                string reason = which < next ? $"the label \"{Labels[which]}\" is there twice or out of order"
                    : $"the label \"{Labels[next]}\" is not before \"{Labels[which]}\"";
                return new(Outcome.Violated, reason, span);
            }

            if (!hasText && (n + 1 == lines.Count || LabelOf(response, lines[n + 1], out _) >= 0))
                return new(Outcome.Violated, $"nothing is written for \"{Labels[which]}\"", span);
            next++;
        }

        return next == Labels.Count ? new(Outcome.Obeyed, "each label has its line, in order")
            : new(Outcome.Violated, $"no line starts with \"{Labels[next]}:\"");
    }

    public override bool Apply(Draft draft) => draft.KeepCase() && draft.TakeLines(Labels.Count, n =>
    {
        Sentence line = new(draft.Language) { Cell = Labels[n] };
        line.Prefix = Labels[n] + (draft.Language == Language.Chinese ? "：" : ":");
        return Block.Of(BlockKind.Line, line);
    });

    public override Constraint SampleConflicting(SamplingContext context) =>
        Labels.Count > 1 ? new TemplateSlots(context.SampleReordered(Labels)) : new ForbiddenPunctuation([":"]);

    public override IEnumerable<string> RequiredTexts => Labels;

    protected override string? Validate()
    {
        if (Labels.FirstOrDefault(l => Bare(l).IsEmpty) is { } empty)
            return $"\"{empty}\" has no word to label a line";
        return Labels.Select(l => Bare(l).ToString()).Distinct(StringComparer.OrdinalIgnoreCase).Count() < Labels.Count
            ? "a label is given twice" : null;
    }

    /// <summary>The label that a line starts with; -1: none.</summary>
    private int LabelOf(Response response, Line line, out bool hasText)
    {
        hasText = false;
        if (line.Kind is LineKind.Code or LineKind.Fence or LineKind.Rule)
            return -1;
        ReadOnlySpan<char> text = response.Text.AsSpan(line.Content, line.End - line.Content);
        int colon = text.IndexOfAny(':', '：');
        if (colon < 0)
            return -1;
        ReadOnlySpan<char> name = Bare(text[..colon]);
        for (int n = 0; n < Labels.Count; n++)
        {
            if (Bare(Labels[n]).Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                hasText = !text[(colon + 1)..].Trim("*_ ").IsEmpty;
                return n;
            }
        }

        return -1;
    }

    private static ReadOnlySpan<char> Bare(ReadOnlySpan<char> label) => label.Trim("*_`#:：[]【】 ");
}

/// <summary>
/// Each line is "left SEPARATOR right", with text on both sides; headings, the title, rules and fences are not such lines, and the mark of
/// a list item is not part of the left side. A separator of - – = needs spaces around it, : and ： are one and do not part digits (10:30).
/// It conflicts with forbidding the separator's marks.
/// </summary>
public sealed record LineShape(string Separator) : Constraint(Scope.Whole)
{
    private static readonly string[] s_english = [" - ", ": ", " -> ", " = ", " | ", " => ", " — "],
        s_chinese = ["：", "——", " - ", " → ", " | ", "＝"];

    public static readonly ConstraintType Definition =
        new("line_shape", Category.Template, typeof(LineShape),
        context => new LineShape(context.Random.Pick(context.Language == Language.Chinese ? s_chinese : s_english)))
    { Owns = Aspects.LineForm | Aspects.LineBreaks | Aspects.MixedLines, Needs = Aspects.Prose | Aspects.Edges };

    public override Verdict Check(Response response)
    {
        string separator = Separator.Trim();
        IReadOnlyList<TextSpan> lines = response.BodyLines;
        foreach (TextSpan span in lines)
        {
            ReadOnlySpan<char> line = response.Span(span);
            if (ListMarker.TryRead(line, out ListMarker marker))
                line = line[marker.Length..];
            if (!HasShape(line, separator))
                return new(Outcome.Violated, $"a line is not of the form \"left {separator} right\"", span);
        }

        return Verdict.Of(lines.Count > 0, lines.Count > 0 ? $"all {lines.Count} lines are of the form \"left {separator} right\""
            : "the answer has no line");
    }

    public override bool Apply(Draft draft)
    {
        List<string> used = [];
        return draft.TakeLines(null, _ =>
        {
            Sentence line = new(draft.Language) { IsPunctuated = false };
            line.Prefix = Rendering.Capitalize(draft.Source.Thing(draft.Language, used)) + Spaced(Separator.Trim());
            return Block.Of(BlockKind.Line, line);
        });
    }

    public override Constraint SampleConflicting(SamplingContext context) => new ForbiddenPunctuation([Separator.Trim()]);

    public override IEnumerable<string> RequiredTexts => [Separator.Trim()];

    protected override string? Validate() =>
        string.IsNullOrWhiteSpace(Separator) || Separator.AsSpan().ContainsAny("\r\n") ? "the separator is blank or more than a line"
        : null;

    /// <summary>A separator of ASCII marks is between blanks, in Chinese too; a colon before one.</summary>
    private static string Spaced(string separator) => separator == ":" ? ": " : separator.All(char.IsAscii) ? $" {separator} " : separator;

    private static bool HasShape(ReadOnlySpan<char> line, string separator)
    {
        bool spaces = separator is "-" or "–" or "=", colon = separator is ":" or "：";
        for (int from = 0; ;)
        {
            int found = colon ? line[from..].IndexOfAny(':', '：') : separator == "＝" ? line[from..].IndexOfAny('=', '＝')
                : line[from..].IndexOf(separator);
            if (found < 0)
                return false;
            int at = from + found, after = at + separator.Length;
            from = at + 1;
            if (line[..at].IsWhiteSpace() || line[after..].IsWhiteSpace())
                continue;
            if (spaces && !(char.IsWhiteSpace(line[at - 1]) && char.IsWhiteSpace(line[after])))
                continue;
            if (!(colon && char.IsAsciiDigit(line[at - 1]) && char.IsAsciiDigit(line[after])))
                return true;
        }
    }
}

/// <summary>
/// Each list item, or each line where there is no list, has the example's shape: the same separators, brackets and end mark in the same
/// order, words where it has words and a number where it has a number ("apple - fruit (7)" is words - words (number)), as
/// <see cref="Shape"/> reads it. It conflicts with another shape.
/// </summary>
public sealed record ExampleShape(string Example) : Constraint(Scope.Whole)
{
    public static readonly ConstraintType Definition =
        new("example_shape", Category.PositiveExample, typeof(ExampleShape),
        context => Make(context, context.Random.Pick(WordLists.Of(context.Language, "example shapes"))))
    { Owns = Aspects.LineForm, Needs = Aspects.Prose | Aspects.Edges };

    public override Verdict Check(Response response)
    {
        string asked = Shape.Of(Example);
        IReadOnlyList<TextSpan> entries = response.Items.Count > 0 ? response.Items : response.BodyLines;
        foreach (TextSpan entry in entries)
        {
            string found = Shape.Of(response.Span(entry));
            if (found != asked)
                return new(Outcome.Violated, $"the entry has the shape {found}, not {asked}", entry);
        }

        return Verdict.Of(entries.Count > 0, $"{entries.Count} entries have the shape {asked}");
    }

    public override bool Apply(Draft draft) => draft.TakeLines(null, _ => new Block(BlockKind.Line) { Fixed = Another(draft) });

    /// <summary>A line of the example's shape: its separators and brackets, other words and numbers.</summary>
    private string Another(Draft draft)
    {
        StringBuilder line = new();
        List<string> used = [];
        for (int at = 0; at < Example.Length;)
        {
            int end = at;
            if (char.IsAsciiDigit(Example[at]))
            {
                while (end < Example.Length && char.IsAsciiDigit(Example[end]))
                    end++;
                line.Append(NumberText.Whole(draft.Random));
            }
            else if (char.IsLetter(Example[at]))
            {
                while (end < Example.Length
                    && (char.IsLetter(Example[end]) || Example[end] == ' ' && end + 1 < Example.Length && char.IsLetter(Example[end + 1])))
                    end++;
                line.Append(draft.Source.Thing(draft.Language, used));
            }
            else
            {
                line.Append(Example[end++]);
            }

            at = end;
        }

        return line.ToString();
    }

    public override Constraint SampleConflicting(SamplingContext context)
    {
        string own = Shape.Of(Example);
        return Make(context, context.SampleOther(WordLists.Of(context.Language, "example shapes"),
            f => Shape.Of(Fill(f, ["a", "b", "c"])) != own));
    }

    protected override string? Validate() =>
        Shape.Of(Example) is "" or "W" or "N" ? "the example has no separators or brackets, so it has no shape" : null;

    private static string Fill(string form, string[] words) =>
        form.Replace("{0}", words[0], StringComparison.Ordinal).Replace("{1}", words[1], StringComparison.Ordinal)
            .Replace("{2}", words[2], StringComparison.Ordinal);

    private static ExampleShape Make(SamplingContext context, string form) =>
        new(Fill(form, [context.Random.Pick(context.Words), context.Random.Pick(context.Words), context.Random.Pick(context.Words)]));
}
