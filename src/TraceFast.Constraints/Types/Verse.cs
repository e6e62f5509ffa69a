using System.Buffers;
using System.Globalization;
using System.Text;
using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Types;

/// <summary>
/// The answer has as many lines as the pattern has numbers, and each line as many syllables as its number says, as <see cref="Syllables"/>
/// counts (a haiku: 5, 7, 5).
/// </summary>
public sealed record SyllablesPerLine(TextList Pattern) : Constraint(Scope.Whole)
{
    private static readonly TextList[] s_patterns =
        [["5", "7", "5"], ["5", "7", "5", "7", "7"], ["2", "4", "6", "8", "2"], ["8", "6", "8", "6"], ["7", "7"], ["6", "6", "6"],
        ["8", "8", "8", "8"]];

    public static readonly ConstraintType Definition =
        new("syllables_per_line", Category.LinguisticFeature, typeof(SyllablesPerLine),
        context => new SyllablesPerLine(context.Random.Pick(s_patterns)))
    { Languages = ConstraintType.EnglishOnly, Owns = Aspects.LineForm | Aspects.LineBreaks | Aspects.Length,
        Needs = Aspects.Prose | Aspects.Edges | Aspects.Script };

    public override Verdict Check(Response response)
    {
        IReadOnlyList<TextSpan> lines = response.BodyLines;
        if (lines.Count != Pattern.Count)
            return new(Outcome.Violated, $"the answer has {lines.Count} lines, not {Pattern.Count}");
        for (int n = 0; n < lines.Count; n++)
        {
            int syllables = 0;
            foreach (TextSpan word in response.WordsIn(lines[n]))
                syllables += Syllables.Count(response.Span(word));
            if (syllables != Parse(Pattern[n]))
                return new(Outcome.Violated, $"line {n + 1} has {syllables} syllables, not {Pattern[n]}", lines[n]);
        }

        return new(Outcome.Obeyed, $"the lines have {string.Join(", ", Pattern)} syllables");
    }

    public override bool Apply(Draft draft) => draft.TakeLines(Pattern.Count, n => Block.Of(BlockKind.Line, new Sentence(draft.Language)
    {
        Kinds = ["verse"],
        IsPunctuated = false,
        Accepts = line => CountSyllables(line) == Parse(Pattern[n]),
    }));

    private static int CountSyllables(string line)
    {
        int count = 0;
        foreach (Range word in line.AsSpan().Split(' '))
            count += Syllables.Count(line.AsSpan(word));
        return count;
    }

    public override Constraint SampleConflicting(SamplingContext context) =>
        new SyllablesPerLine(context.Random.Pick([.. s_patterns.Where(p => !p.Equals(Pattern))]));

    protected override string? Validate() =>
        Pattern.FirstOrDefault(t => Parse(t) is null or < 1 or > 40) is { } wrong ? $"\"{wrong}\" is not a number of syllables from 1 to 40"
        : null;

    private static int? Parse(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}

/// <summary>
/// Each line has that many characters (字, <see cref="Response.CountHanUnits"/>), or is made of clauses (parted by ，。！？；、) that each have:
/// verse of five or seven characters (五言, 七言) is written both ways.
/// </summary>
public sealed record HanPerLine(int Count) : Constraint(Scope.Whole)
{
    private static readonly SearchValues<char> s_clauseEnds = SearchValues.Create("，。！？；、：,.!?;:");

    public static readonly ConstraintType Definition =
        new("han_per_line", Category.LinguisticFeature, typeof(HanPerLine),
        context => new HanPerLine(context.Random.Pick([5, 7, 5, 7, 4, 6])))
    { Languages = ConstraintType.ChineseOnly, Owns = Aspects.LineForm | Aspects.Script, Needs = Aspects.Prose | Aspects.Edges };

    public override Verdict Check(Response response)
    {
        foreach (TextSpan line in response.BodyLines)
        {
            int units = response.CountHanUnits(line);
            if (units != Count && !ClausesHave(response, line))
                return new(Outcome.Violated, $"the line has {units} characters, not {Count}, and is not made of clauses of {Count}", line);
        }

        return Verdict.Of(response.BodyLines.Count > 0, $"{response.BodyLines.Count} lines of {Count} characters");
    }

    /// <summary>A line about the topic first, and one time of three; else one that is known, or a statement of that length.</summary>
    public override bool Apply(Draft draft)
    {
        string known = string.Create(CultureInfo.InvariantCulture, $"verse {Count}");
        return draft.TakeLines(null, n => Block.Of(BlockKind.Line, new Sentence(draft.Language)
        {
            Kinds = n == 0 || draft.Random.Chance(0.3) ? ["verse topic", known, "statement"] : [known, "statement"],
            IsPunctuated = false,
            Length = CountRange.Exactly(Count),
            Accepts = line => !line.AsSpan().ContainsAny("，：") && new Response(line) is var response
                && response.CountHanUnits(response.Whole) == Count,
        }));
    }

    /// <summary>A number of which neither is a multiple of the other: two clauses of five make a line of ten.</summary>
    public override Constraint SampleConflicting(SamplingContext context) =>
        new HanPerLine(context.Random.Pick([.. new[] { 5, 7, 4, 6, 9, 11 }.Where(c => c % Count != 0 && Count % c != 0)]));

    protected override string? Validate() => Count is < 2 or > 50 ? "characters per line are between 2 and 50" : null;

    private bool ClausesHave(Response response, TextSpan line)
    {
        int start = line.Start, end = line.Start + line.Length, clauses = 0;
        while (start < end)
        {
            int length = response.Text.AsSpan(start, end - start).IndexOfAny(s_clauseEnds);
            int stop = length < 0 ? end : start + length;
            int units = response.CountHanUnits(new TextSpan(start, stop - start));
            if (units != Count && units != 0)
                return false;
            clauses += units == 0 ? 0 : 1;
            start = stop + 1;
        }

        return clauses > 0;
    }
}

/// <summary>
/// Every sentence (or line, item, paragraph) starts with a word that starts with the letter, capital or small. With the scope
/// of the whole answer: its sentences.
/// </summary>
public sealed record InitialLetter(string Letter, Scope Scope = Scope.Whole) : Constraint(Scope)
{
    private static readonly string[] s_sampled = ["t", "s", "a", "m", "p", "b", "c", "w", "i"];

    public static readonly ConstraintType Definition =
        new("initial_letter", Category.LinguisticFeature, typeof(InitialLetter), Sample, ("letter", Letters.All))
    {
        Scopes = [Scope.Whole, Scope.EachLine, Scope.EachItem, Scope.EachParagraph],
        Languages = ConstraintType.EnglishOnly,
        Needs = Aspects.Prose | Aspects.PlainParagraphs | Aspects.Script | Aspects.FirstWords,
    };

    public override Verdict Check(Response response)
    {
        IReadOnlyList<TextSpan> spans = Scope == Scope.Whole ? response.Sentences : response.SpansOf(Scope);
        foreach (TextSpan span in spans)
        {
            TextSpan? first = response.FirstWordOf(span);
            if (first is not { } word || (response.Text[word.Start] | 0x20) != Letter[0])
                return new(Outcome.Violated, $"it does not start with \"{Letter}\"", first ?? span);
        }

        return Verdict.Of(spans.Count > 0, $"{spans.Count} of them start with \"{Letter}\"");
    }
    /// <summary>Of a kind of sentence other than statements and questions the writer has no choice of first words.</summary>
    public override bool Apply(Draft draft) => draft.Edit(Scope == Scope.Whole ? Scope.EachSentence : Scope, sentences =>
    {
        sentences[0].Initial = char.ToUpperInvariant(Letter[0]);
        return sentences[0].Kinds.Count == 0 || sentences[0].IsQuestion;
    });

    public override Constraint SampleConflicting(SamplingContext context) =>
        new InitialLetter(context.SampleOther(s_sampled, l => l != Letter), Scope);

    /// <summary>Different letters for scopes of which the first sentence is part of both.</summary>
    public override bool Overlaps(Constraint sameType) => Scope == sameType.Scope || Letter != ((InitialLetter)sameType).Letter;

    private static InitialLetter Sample(SamplingContext context) =>
        new(context.Random.Pick(s_sampled), context.Random.Chance(0.8) ? Scope.Whole
            : context.Random.Pick([Scope.EachLine, Scope.EachItem, Scope.EachParagraph]));
}

/// <summary>
/// There are two or more paragraphs, and no two start with the same letter, capital or small (in Chinese the same character).
/// </summary>
public sealed record DifferentInitials() : Constraint(Scope.Whole)
{
    public static readonly ConstraintType Definition =
        new("different_initials", Category.LinguisticFeature, typeof(DifferentInitials), _ => new DifferentInitials())
    {
        Needs = Aspects.Prose | Aspects.PlainParagraphs | Aspects.LineBreaks | Aspects.FirstWords,
    };

    public override Verdict Check(Response response)
    {
        HashSet<Rune> letters = [];
        foreach (TextSpan paragraph in response.Paragraphs)
        {
            if (FirstLetter(response.Span(paragraph)) is not { } letter)
                return new(Outcome.Violated, "it starts with no letter", paragraph);
            if (!letters.Add(letter))
                return new(Outcome.Violated, $"another paragraph starts with \"{letter}\" too", paragraph);
        }

        return Verdict.Of(letters.Count > 1, $"{letters.Count} paragraphs, each with another first letter");
    }

    public override bool Apply(Draft draft)
    {
        Dictionary<Sentence, Rune?> letters = [];
        return draft.Limit(Unit.Paragraphs, Scope.Whole, CountRange.AtLeast(2)) && draft.Edit(Scope.EachParagraph, sentences =>
        {
            Sentence first = sentences[0];
            first.Accepts = text => FirstLetter(text) is var letter && letters.All(l => l.Key == first || l.Value != letter)
                && (letters[first] = letter) is not null;
            return true;
        });
    }

    /// <summary>The same beginning for each paragraph.</summary>
    public override Constraint SampleConflicting(SamplingContext context) =>
        new StartsWith(context.Random.Pick([.. StartsWith.Openings(context.Language, Scope.EachParagraph)]), Scope.EachParagraph);

    /// <summary>The first letter or digit, in upper case, after the mark of a list item; null: there is none.</summary>
    private static Rune? FirstLetter(ReadOnlySpan<char> paragraph)
    {
        ReadOnlySpan<char> text = paragraph.TrimStart();
        foreach (Rune rune in text[(ListMarker.TryRead(text, out ListMarker marker) ? marker.Length : 0)..].EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune))
                return Rune.ToUpperInvariant(rune);
        }

        return null;
    }
}
