using System.Text;
using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Types;

/// <summary>
/// The answer, or each of the parts named, starts with the text (<see cref="EdgeText"/>). It conflicts with another text that does not
/// start alike.
/// </summary>
public sealed record StartsWith(string Text, Scope Scope = Scope.Whole) : Constraint(Scope)
{
    public static readonly ConstraintType Definition = new("starts_with", Category.GrammarStructure, typeof(StartsWith), Sample)
    {
        Scopes = [Scope.Whole, Scope.FirstParagraph, Scope.LastParagraph, Scope.EachParagraph, Scope.EachLine, Scope.EachItem,
            Scope.LastSentence],
        Owns = Aspects.FirstWords,
        Needs = Aspects.Prose | Aspects.Edges | Aspects.LineForm,
    };

    public override Verdict Check(Response response)
    {
        IReadOnlyList<TextSpan> spans = response.SpansOf(Scope);
        foreach (TextSpan span in spans)
        {
            if (!EdgeText.StartsWith(response.Span(span), Text))
                return new(Outcome.Violated, $"{ScopeNames.Describe(Scope)} does not start with \"{Text}\"",
                    span with { Length = Math.Min(span.Length, Text.Length) });
        }

        return spans.Count == 0 ? ScopeNames.Missing(Scope) : new(Outcome.Obeyed, $"{ScopeNames.Describe(Scope)} starts with \"{Text}\"");
    }

    public override bool Apply(Draft draft) => draft.Open(Scope, Text);

    public override Constraint SampleConflicting(SamplingContext context)
    {
        string[] others = [.. Openings(context.Language, Scope).Where(o => EdgeText.StartsDiffer(o, Text))];
        return others.Length > 0 ? new StartsWith(context.Random.Pick(others), Scope) : new ForbiddenPunctuation([EdgeText.StartOf(Text)]);
    }

    /// <summary>With the first words that the part has, or all such parts have.</summary>
    public override Constraint? SampleObeyed(Response response, SamplingContext context)
    {
        if (response.SpansOf(Scope) is not [var first, ..])
            return null;
        StartsWith[] possible =
        [
            .. EdgeText.Starts(response, first, context.Language).Select(text => new StartsWith(text, Scope))
                .Where(c => c.Check(response).IsObeyed),
        ];
        return possible.Length > 0 ? context.Random.Pick(possible) : null;
    }

    /// <summary>Two texts where one part starts the other.</summary>
    public override bool Overlaps(Constraint sameType)
    {
        bool apart = Scope != sameType.Scope && (IsLate(Scope) ^ IsLate(sameType.Scope))
            && Scope is not (Scope.EachParagraph or Scope.EachLine) && sameType.Scope is not (Scope.EachParagraph or Scope.EachLine);
        return !apart;
    }

    public override IEnumerable<string> RequiredTexts => [Text];

    /// <summary>Beginnings of the answer, of its last paragraph, or of each of several parts.</summary>
    internal static IReadOnlyList<string> Openings(Language language, Scope scope) =>
        WordLists.Of(language, scope switch
        {
            Scope.Whole or Scope.FirstParagraph => "openings",
            Scope.LastParagraph => "last openings",
            _ => "repeated openings",
        });

    private static bool IsLate(Scope scope) => scope is Scope.LastParagraph or Scope.LastSentence or Scope.EachItem;

    private static StartsWith Sample(SamplingContext context)
    {
        SeededRandom random = context.Random;
        Scope scope = random.Chance(0.6) ? Scope.Whole
            : random.Pick([Scope.LastParagraph, Scope.LastParagraph, Scope.EachParagraph, Scope.EachItem, Scope.EachLine]);
        return new(random.Pick(Openings(context.Language, scope)), scope);
    }
}

/// <summary>
/// The answer, or each of the parts named, ends with the text (<see cref="EdgeText"/>). It conflicts with another text that does not end
/// alike.
/// </summary>
public sealed record EndsWith(string Text, Scope Scope = Scope.Whole) : Constraint(Scope)
{
    public static readonly ConstraintType Definition = new("ends_with", Category.GrammarStructure, typeof(EndsWith), Sample)
    {
        Scopes = [Scope.Whole, Scope.Title, Scope.FirstParagraph, Scope.LastParagraph, Scope.EachParagraph, Scope.EachLine, Scope.EachItem],
        Owns = Aspects.LastWords,
        Needs = Aspects.Prose | Aspects.Edges | Aspects.LineForm | Aspects.Entries,
    };

    public override Verdict Check(Response response)
    {
        IReadOnlyList<TextSpan> spans = response.SpansOf(Scope);
        foreach (TextSpan span in spans)
        {
            if (EdgeText.EndsWith(response.Span(span), Text))
                continue;
            int end = span.Start + response.Span(span).TrimEnd().Length, start = Math.Max(span.Start, end - Text.Length);
            return new(Outcome.Violated, $"{ScopeNames.Describe(Scope)} does not end with \"{Text}\"", new TextSpan(start, end - start));
        }

        return spans.Count == 0 ? ScopeNames.Missing(Scope) : new(Outcome.Obeyed, $"{ScopeNames.Describe(Scope)} ends with \"{Text}\"");
    }

    public override bool Apply(Draft draft) => draft.Close(Scope, Text);

    public override Constraint SampleConflicting(SamplingContext context)
    {
        string[] others = [.. Endings(context.Language, Scope).Where(o => EdgeText.EndsDiffer(o, Text))];
        return others.Length > 0 ? new EndsWith(context.Random.Pick(others), Scope) : new ForbiddenPunctuation([EdgeText.EndOf(Text)]);
    }

    /// <summary>With the last words that the part has, or all such parts have.</summary>
    public override Constraint? SampleObeyed(Response response, SamplingContext context)
    {
        if (response.SpansOf(Scope) is not [.., var last])
            return null;
        EndsWith[] possible =
        [
            .. EdgeText.Ends(response, last, context.Language).Select(text => new EndsWith(text, Scope))
                .Where(c => c.Check(response).IsObeyed),
        ];
        return possible.Length > 0 ? context.Random.Pick(possible) : null;
    }

    /// <summary>Two texts where one part ends the other.</summary>
    public override bool Overlaps(Constraint sameType)
    {
        bool early = Scope is Scope.Title or Scope.FirstParagraph ^ sameType.Scope is Scope.Title or Scope.FirstParagraph;
        return !early || Scope is Scope.EachParagraph or Scope.EachLine || sameType.Scope is Scope.EachParagraph or Scope.EachLine;
    }

    public override IEnumerable<string> RequiredTexts => [Text];

    protected override string? Validate() => string.IsNullOrWhiteSpace(Text) ? "the text is blank" : null;

    /// <summary>Ends of the answer or of each of several parts.</summary>
    private static IReadOnlyList<string> Endings(Language language, Scope scope) =>
        WordLists.Of(language, scope == Scope.Whole ? "endings" : "repeated endings");

    private static EndsWith Sample(SamplingContext context)
    {
        SeededRandom random = context.Random;
        Scope scope = random.Chance(0.7) ? Scope.Whole
            : random.Pick([Scope.FirstParagraph, Scope.EachParagraph, Scope.EachItem, Scope.EachLine]);
        return new(random.Pick(Endings(context.Language, scope)), scope);
    }
}

/// <summary>The last paragraph starts with the marker, and text follows it.</summary>
public sealed record Postscript(string Marker) : Constraint(Scope.Whole)
{
    public static readonly ConstraintType Definition =
        new("postscript", Category.Template, typeof(Postscript),
        context => new Postscript(context.Random.Pick(WordLists.Of(context.Language, "postscripts"))))
    { Owns = Aspects.LastWords, Needs = Aspects.Prose | Aspects.Edges | Aspects.LineForm | Aspects.Entries, Marks = ":." };

    public override Verdict Check(Response response)
    {
        if (response.SpansOf(Scope.LastParagraph) is not [var last])
            return new(Outcome.Violated, "the answer has no paragraph");
        ReadOnlySpan<char> text = response.Span(last).Trim("*_ ");
        if (!text.StartsWith(Marker, StringComparison.OrdinalIgnoreCase))
            return new(Outcome.Violated, $"the last paragraph does not start with {Marker}", last);
        return Verdict.Of(!text[Marker.Length..].Trim("*_ :：\r\n").IsEmpty, $"the last paragraph starts with {Marker}", last);
    }

    public override bool Apply(Draft draft) => draft.AddAfter(() =>
    {
        Sentence sentence = draft.NewSentence();
        sentence.Prefix = Marker;
        return Block.Of(BlockKind.Paragraph, sentence);
    }, isLast: true);

    /// <summary>Another marker.</summary>
    public override Constraint SampleConflicting(SamplingContext context) => new Postscript(context.SampleOther(
        WordLists.Of(context.Language, "postscripts"), m =>
            !m.StartsWith(Marker, StringComparison.OrdinalIgnoreCase) && !Marker.StartsWith(m, StringComparison.OrdinalIgnoreCase)));

    public override IEnumerable<string> RequiredTexts => [Marker];
}

/// <summary>
/// One pair of quotation marks is around the whole answer ("", “”, 「」, 『』, «»); two quotations side by side are not a pair. It conflicts
/// with a first word.
/// </summary>
public sealed record QuotedWhole() : Constraint(Scope.Whole)
{
    private const string Opening = "\"“「『«", Closing = "\"”」』»";

    public static readonly ConstraintType Definition = new("quoted_whole", Category.TextStyle, typeof(QuotedWhole), _ => new QuotedWhole())
    { Owns = Aspects.Edges | Aspects.PlainParagraphs, Needs = Aspects.Prose | Aspects.LineForm | Aspects.SentenceEnds | Aspects.Dividers,
        Marks = "\"" };

    public override Verdict Check(Response response)
    {
        ReadOnlySpan<char> text = response.Text.AsSpan().Trim();
        int pair = text.Length < 3 ? -1 : Opening.IndexOf(text[0]);
        if (pair < 0 || text[^1] != Closing[pair])
            return new(Outcome.Violated, "the answer does not start and end with a pair of quotation marks");
        int closed = Opening[pair] == Closing[pair] ? ClosedAt(text) : ClosedAt(text, Opening[pair], Closing[pair]);
        int start = response.Text.AsSpan().Length - response.Text.AsSpan().TrimStart().Length;
        return closed == text.Length - 1
            ? new(Outcome.Obeyed, "the whole answer is in quotation marks")
            : new(Outcome.Violated, "the quotation that starts the answer ends before it does", new TextSpan(start, closed + 1));
    }

    public override bool Apply(Draft draft) => draft.Language == Language.Chinese ? draft.Wrap("“", "”") : draft.Wrap("\"", "\"");

    public override Constraint SampleConflicting(SamplingContext context) =>
        new StartsWith(context.Random.Pick(StartsWith.Openings(context.Language, Scope.Whole)));

    private static int ClosedAt(ReadOnlySpan<char> text, char opening, char closing)
    {
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += text[i] == opening ? 1 : text[i] == closing ? -1 : 0;
            if (depth == 0)
                return i;
        }

        return text.Length - 1;
    }

    /// <summary>" is both: it closes where a word or a mark is directly before it.</summary>
    private static int ClosedAt(ReadOnlySpan<char> text)
    {
        int next = text[1..].IndexOf('"') + 1;
        bool opens = char.IsWhiteSpace(text[next - 1]) || text[next - 1] is '(' or '（' or '：' or '，' or '—' or '[';
        return opens ? text.Length - 1 : next;
    }
}

/// <summary>
/// The first and last words of a part of an answer, without the marks that only shape them: of a list, a heading, a quotation, emphasis.
/// </summary>
internal static class EdgeText
{
    private const string Opening = "#*_>~` \t\u3000", Closing = "*_`~", EndMarks = ".!?。！？…";

    /// <summary>Letter case aside.</summary>
    public static bool StartsWith(ReadOnlySpan<char> part, string text)
    {
        part = part.TrimStart();
        if (part.StartsWith(text, StringComparison.OrdinalIgnoreCase))
            return true;
        ReadOnlySpan<char> core = StartCore(text);
        if (core.IsEmpty)
            return false;
        if (StartCore(part).StartsWith(core, StringComparison.OrdinalIgnoreCase))
            return true;
        return ListMarker.TryRead(part, out ListMarker marker)
            && StartCore(part[marker.Length..]).StartsWith(core, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Letter case aside; a mark that ends the sentence may follow a text that has none of its own.</summary>
    public static bool EndsWith(ReadOnlySpan<char> part, string text)
    {
        part = part.TrimEnd();
        ReadOnlySpan<char> asked = text.AsSpan().TrimEnd();
        if (part.EndsWith(asked, StringComparison.OrdinalIgnoreCase))
            return true;
        ReadOnlySpan<char> bare = part.TrimEnd(Closing), core = asked.TrimEnd(Closing);
        if (core.IsEmpty)
            return false;
        return bare.EndsWith(core, StringComparison.OrdinalIgnoreCase)
            || !EndMarks.Contains(core[^1]) && bare.TrimEnd(EndMarks).TrimEnd(Closing).EndsWith(core, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether no part of an answer can start with both.</summary>
    public static bool StartsDiffer(string one, string other)
    {
        ReadOnlySpan<char> a = StartCore(one), b = StartCore(other);
        return !a.IsEmpty && !b.IsEmpty && !a.StartsWith(b, StringComparison.OrdinalIgnoreCase)
            && !b.StartsWith(a, StringComparison.OrdinalIgnoreCase) && !MayMark(one) && !MayMark(other);
    }

    /// <summary>Whether no part of an answer can end with both.</summary>
    public static bool EndsDiffer(string one, string other)
    {
        ReadOnlySpan<char> a = EndCore(one), b = EndCore(other);
        return !a.IsEmpty && !b.IsEmpty && !a.EndsWith(b, StringComparison.OrdinalIgnoreCase)
            && !b.EndsWith(a, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// The first two to four words of a part (four to eight 字 in Chinese), as they are, where nothing but blanks is between them.
    /// </summary>
    public static IEnumerable<string> Starts(Response response, TextSpan part, Language language) =>
        Runs(response, [.. response.WordsIn(part)], language);

    /// <summary>The same at its end, with what is after the last word: others who check it may not pass over a full stop.</summary>
    public static IEnumerable<string> Ends(Response response, TextSpan part, Language language)
    {
        TextSpan[] words = [.. response.WordsIn(part).Reverse()];
        if (words.Length == 0)
            return [];
        string after = response.Text[(words[0].Start + words[0].Length)..(part.Start + part.Length)].TrimEnd();
        return after.All(EndMarks.Contains) ? Runs(response, words, language).Select(text => text + after) : [];
    }

    private static IEnumerable<string> Runs(Response response, IReadOnlyList<TextSpan> words, Language language)
    {
        int fewest = language == Language.Chinese ? 4 : 2, most = language == Language.Chinese ? 8 : 4;
        for (int n = fewest; n <= Math.Min(most, words.Count); n++)
        {
            int start = Math.Min(words[0].Start, words[n - 1].Start), end = Math.Max(EndOf(words[0]), EndOf(words[n - 1]));
            string text = response.Text[start..end];
            if (!text.All(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '\''))
                yield break;
            yield return text;
        }

        static int EndOf(TextSpan word) => word.Start + word.Length;
    }

    /// <summary>What is in every part that starts with the text.</summary>
    public static string StartOf(string text) => StartCore(text) is { IsEmpty: false } core ? core.ToString() : text;

    /// <summary>What is in every part that ends with the text.</summary>
    public static string EndOf(string text) =>
        text.TrimEnd().TrimEnd(Closing.ToCharArray()) is { Length: > 0 } core ? core : text.TrimEnd();

    private static ReadOnlySpan<char> StartCore(ReadOnlySpan<char> text) => text.TrimStart(Opening);

    private static ReadOnlySpan<char> EndCore(ReadOnlySpan<char> text) => text.TrimEnd(Closing + EndMarks + " \t\r\n");

    /// <summary>
    /// Whether a text is, or starts as, the mark of a list item: an answer that starts with it may start with another text after the mark
    /// as well.
    /// </summary>
    private static bool MayMark(string text) =>
        text.Length < 5 && (Ascii.IsValid(text) || text[0] is '第' or '步' or '（' || !text.Any(char.IsLetter))
            || ListMarker.TryRead((text.TrimStart() + " x").AsSpan(), out _);
}
