using System.Buffers;
using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Types;

/// <summary>
/// None of the marks is anywhere in the answer or its title, full and half width alike. It conflicts with a constraint that cannot do
/// without one of them.
/// </summary>
public sealed record ForbiddenPunctuation(TextList Marks, Scope Scope = Scope.Whole) : Constraint(Scope)
{
    public static readonly ConstraintType Definition =
        new("forbidden_punctuation", Category.GrammarStructure, typeof(ForbiddenPunctuation), Sample)
    { Scopes = [Scope.Whole, Scope.Title], Needs = Aspects.Prose };

    public override Verdict Check(Response response)
    {
        if (response.SpansOf(Scope) is not [var span, ..])
            return new(Outcome.Violated, "the answer has no title");
        ReadOnlySpan<char> text = response.Span(span);
        foreach (string mark in Marks)
        {
            int at = mark.Length == 1 ? text.IndexOfAny(FoldedWidth.Twins(mark[0]))
                : text.IndexOf(mark, StringComparison.OrdinalIgnoreCase);
            if (at >= 0)
                return new(Outcome.Violated, $"{mark} is in the answer", new TextSpan(span.Start + at, mark.Length));
        }

        return new(Outcome.Obeyed, $"the answer is free of {string.Join(' ', Marks)}");
    }

    public override bool Apply(Draft draft) =>
        Scope == Scope.Whole ? draft.Refuse(Forbids)
            : draft.Forbid(Marks.SelectMany(m => m.Length == 1 ? FoldedWidth.Twins(m[0]).Select(c => c.ToString()) : [m]), Scope);

    /// <summary>
    /// A constraint that no answer without one of the marks follows; where only the title is without it, one that no answer with a title
    /// follows.
    /// </summary>
    public override Constraint SampleConflicting(SamplingContext context)
    {
        SeededRandom random = context.Random;
        string mark = random.Pick(Marks);
        if (Scope == Scope.Title)
            return JsonObject.Definition.Sample(context);
        char half = mark.Length == 1 ? FoldedWidth.Of(mark[0]) : '\0';
        return half switch
        {
            '?' => Counts.Questions.Of(CountRange.AtLeast(random.Between(1, 3))),
            '!' or '.' => new SentenceEnd(mark),
            ',' => Csv.Definition.Sample(context),
            ':' => TemplateSlots.Definition.Sample(context),
            '"' => JsonObject.Definition.Sample(context),
            '|' => MarkdownTable.Definition.Sample(context),
            '-' or '*' or '+' => new BulletedList(CountRange.AtLeast(random.Between(2, 4)), half.ToString()),
            '#' => new HeadingCount(CountRange.AtLeast(random.Between(2, 4))),
            '(' or ')' => new NumberingStyle("(1)"),
            '[' or ']' => Counts.Placeholders.Of(CountRange.AtLeast(random.Between(1, 3))),
            '<' or '>' => XmlElement.Definition.Sample(context),
            '、' => new NumberingStyle("一、"),
            _ => new LineShape(mark),
        };
    }

    public override bool Forbids(string text) =>
        Marks.Any(m => m.Length == 1 ? text.AsSpan().ContainsAny(FoldedWidth.Twins(m[0]))
        : text.Contains(m, StringComparison.OrdinalIgnoreCase));

    private static ForbiddenPunctuation Sample(SamplingContext context) =>
        new(TextList.Of(context.Random.Pick(WordLists.Of(context.Language, "forbidden punctuation")).Split(' ')));
}

/// <summary>
/// Every sentence ends with the mark, full or half width alike; quotes, brackets, emphasis and [1] after it do not matter. Headings, the
/// title and code are not sentences.
/// </summary>
public sealed record SentenceEnd(string Mark) : Constraint(Scope.Whole)
{
    private const int LongestCitation = 40;
    private const string Closers = "\"'”’」』》）)]】»*_`~ ";

    private static readonly SearchValues<char> s_citationCharacters = SearchValues.Create("0123456789,- ");

    public static readonly ConstraintType Definition =
        new("sentence_end", Category.GrammarStructure, typeof(SentenceEnd),
        context => new SentenceEnd(context.Random.Pick(WordLists.Of(context.Language, "sentence ends"))))
    { Owns = Aspects.SentenceEnds,
        Needs = Aspects.Prose | Aspects.Edges | Aspects.FirstWords | Aspects.LastWords | Aspects.LineForm | Aspects.Dividers, Marks = "." };

    public override Verdict Check(Response response)
    {
        foreach (TextSpan span in response.Sentences)
        {
            if (!HasEnd(response.Span(span)))
                return new(Outcome.Violated, $"a sentence does not end with {Mark}", span);
        }

        return Verdict.Of(response.Sentences.Count > 0, response.Sentences.Count > 0
            ? $"all {response.Sentences.Count} sentences end with {Mark}" : "the answer has no sentence");
    }

    public override bool Apply(Draft draft) => draft.Edit(Scope.EachSentence, sentence =>
    {
        bool asks = Mark is "?" or "？";
        if (asks && sentence[0].IsFree)
            sentence[0].Kinds = ["question"];
        sentence[0].Mark = Mark;
        return !asks || sentence[0].IsQuestion;
    });

    /// <summary>Another mark.</summary>
    public override Constraint SampleConflicting(SamplingContext context)
    {
        string core = Mark.TrimEnd(Closers.ToCharArray());
        if (core.Length == 0)
            return new ForbiddenPunctuation([Mark]);
        return new SentenceEnd(context.SampleOther(WordLists.Of(context.Language, "sentence ends"),
            m => FoldedWidth.Of(m[^1]) != FoldedWidth.Of(core[^1])));
    }

    public override IEnumerable<string> RequiredTexts => [Mark];

    private bool HasEnd(ReadOnlySpan<char> sentence)
    {
        if (sentence.EndsWith(Mark))
            return true;
        ReadOnlySpan<char> bare = WithoutClosers(sentence);
        return bare.EndsWith(Mark) || Mark.Length == 1 && bare.Length > 0 && FoldedWidth.Of(bare[^1]) == FoldedWidth.Of(Mark[0]);
    }

    /// <summary>Without closing marks and citations [1], [2, 3] at its end.</summary>
    private static ReadOnlySpan<char> WithoutClosers(ReadOnlySpan<char> sentence)
    {
        while (true)
        {
            ReadOnlySpan<char> tail = sentence.Length > LongestCitation ? sentence[^LongestCitation..] : sentence;
            int open = tail is [.., ']'] ? tail.LastIndexOf('[') : -1;
            if (open >= 0 && !tail[(open + 1)..^1].ContainsAnyExcept(s_citationCharacters))
                sentence = sentence[..^(tail.Length - open)];
            else if (sentence.Length > 0 && Closers.Contains(sentence[^1]))
                sentence = sentence[..^1];
            else
                return sentence;
        }
    }
}

/// <summary>
/// At least two paragraphs, and between every two a line that holds the mark and nothing else; no other line is made of marks alone.
/// </summary>
public sealed record Separator(string Mark) : Constraint(Scope.Whole)
{
    private static readonly string[] s_sampled = ["***", "---", "===", "* * *", "+++", "###", "◆◆◆"];

    public static readonly ConstraintType Definition =
        new("separator", Category.GrammarStructure, typeof(Separator), context => new Separator(context.Random.Pick(s_sampled)))
    { Owns = Aspects.Dividers, Needs = Aspects.Prose | Aspects.Edges | Aspects.PlainParagraphs | Aspects.LineForm | Aspects.Entries,
        Marks = "-*" };

    public override Verdict Check(Response response)
    {
        string mark = Mark.Trim();
        int separators = 0, paragraphs = 0; // paragraphs since the last separator
        bool open = false;
        for (int n = 0; n < response.Structure.Count; n++)
        {
            Line line = response.Structure[n];
            TextSpan span = new(line.Start, line.End - line.Start);
            if (line.Of(response.Text).SequenceEqual(mark))
            {
                if (Error(paragraphs, first: separators == 0) is { } error)
                    return new(Outcome.Violated, error, span);
                (separators, paragraphs, open) = (separators + 1, 0, false);
                continue;
            }

            if (!HasWord(line.Of(response.Text)))
                return new(Outcome.Violated, $"a line is made of marks alone, other than {mark}", span);
            bool apart = n == response.TitleLine || line.Kind == LineKind.Heading;
            paragraphs += !apart && (!open || line.AfterBlank) ? 1 : 0;
            open = !apart;
        }

        if (separators == 0)
            return new(Outcome.Violated, $"no line is only {mark}");
        return Error(paragraphs, first: false) is { } end ? new(Outcome.Violated, end)
            : new(Outcome.Obeyed, $"{separators} lines {mark} are between {separators + 1} paragraphs");
    }

    public override bool Apply(Draft draft) => draft.TakeDivider(Mark) && draft.Limit(Unit.Paragraphs, Scope.Whole, CountRange.AtLeast(2));

    /// <summary>Another mark.</summary>
    public override Constraint SampleConflicting(SamplingContext context) =>
        new Separator(context.SampleOther(s_sampled, m => m != Mark.Trim()));

    public override IEnumerable<string> RequiredTexts => [Mark];

    protected override string? Validate() =>
        string.IsNullOrWhiteSpace(Mark) || HasWord(Mark) || Mark.AsSpan().ContainsAny("\r\n")
            ? "the mark is one line of marks, without letters and digits" : null;

    private static string? Error(int paragraphs, bool first) => paragraphs switch
    {
        1 => null,
        0 => first ? "no paragraph is before the first separator" : "no paragraph follows a separator",
        _ => "two paragraphs have no separator between them",
    };

    private static bool HasWord(ReadOnlySpan<char> line)
    {
        foreach (char c in line)
        {
            if (char.IsLetterOrDigit(c) || char.IsSurrogate(c))
                return true;
        }

        return false;
    }
}

/// <summary>Full-width punctuation and its half-width twin are one mark: a reader who forbids commas means ， as well.</summary>
internal static class FoldedWidth
{
    private const string Stops = ".．。｡", DoubleQuotes = "\"＂“”„", SingleQuotes = "'＇‘’";

    /// <summary>The half-width twin; the character itself where there is none.</summary>
    public static char Of(char c) => c switch
    {
        _ when Stops.Contains(c) => '.',
        _ when DoubleQuotes.Contains(c) => '"',
        _ when SingleQuotes.Contains(c) => '\'',
        >= '！' and <= '～' => (char)(c - 0xFEE0),
        _ => c,
    };

    /// <summary>All that are one mark with it.</summary>
    public static string Twins(char c) => Of(c) switch
    {
        '.' => Stops,
        '"' => DoubleQuotes,
        '\'' => SingleQuotes,
        >= '!' and <= '~' and var half => $"{half}{(char)(half + 0xFEE0)}",
        _ => c.ToString(),
    };
}
