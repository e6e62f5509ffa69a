using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Types;

/// <summary>Each of the words or phrases is in the answer or part, as <see cref="Text.Terms"/> finds it.</summary>
public sealed record Keywords(TextList Words, Scope Scope = Scope.Whole) : Constraint(Scope)
{
    public static readonly ConstraintType Definition =
        new("keywords", Category.Inclusion, typeof(Keywords), Sample) { Scopes = TermSampling.Scopes };

    public override Verdict Check(Response response)
    {
        IReadOnlyList<TextSpan> spans = response.SpansOf(Scope);
        foreach (TextSpan span in spans)
        {
            foreach (string word in Words)
            {
                if (!Text.Terms.Contains(response.Span(span), word))
                    return new(Outcome.Violated, $"\"{word}\" is not in {ScopeNames.Describe(Scope)}", Scope == Scope.Whole ? null : span);
            }
        }

        return spans.Count == 0 ? ScopeNames.Missing(Scope)
            : new(Outcome.Obeyed, $"{string.Join(", ", Words)} found in {ScopeNames.Describe(Scope)}");
    }

    public override bool Apply(Draft draft) => draft.PutWords(Words, Scope);

    /// <summary>Forbids one of the words.</summary>
    public override Constraint SampleConflicting(SamplingContext context) => new ForbiddenWords([context.Random.Pick(Words)], Scope);

    public override IEnumerable<string> RequiredTexts => Words;

    private static Keywords Sample(SamplingContext context)
    {
        (TextList words, Scope scope) = TermSampling.Sample(context.Random, context.Words);
        return new(words, scope);
    }
}

/// <summary>None of the words or phrases is in the answer or part, as <see cref="Text.Terms"/> finds it.</summary>
public sealed record ForbiddenWords(TextList Words, Scope Scope = Scope.Whole) : Constraint(Scope)
{
    public static readonly ConstraintType Definition =
        new("forbidden_words", Category.Exclusion, typeof(ForbiddenWords), Sample) { Scopes = TermSampling.Scopes };

    public override Verdict Check(Response response)
    {
        IReadOnlyList<TextSpan> spans = response.SpansOf(Scope);
        foreach (TextSpan span in spans)
        {
            foreach (string word in Words)
            {
                int at = Text.Terms.Next(response.Span(span), word, 0);
                if (at >= 0)
                    return new(Outcome.Violated, $"\"{word}\" is in {ScopeNames.Describe(Scope)}, where it may not be",
                        new TextSpan(span.Start + at, word.Length));
            }
        }

        return spans.Count == 0 ? ScopeNames.Missing(Scope)
            : new(Outcome.Obeyed, $"{string.Join(", ", Words)} not found in {ScopeNames.Describe(Scope)}");
    }

    public override bool Apply(Draft draft) => draft.Forbid(Words, Scope);

    /// <summary>Asks for one of the words.</summary>
    public override Constraint SampleConflicting(SamplingContext context) => new Keywords([context.Random.Pick(Words)], Scope);

    public override bool Forbids(string text) => Words.Any(word => Text.Terms.Contains(text, word));

    private static ForbiddenWords Sample(SamplingContext context)
    {
        (TextList words, Scope scope) = TermSampling.Sample(context.Random, context.OtherWords);
        return new(words, scope);
    }
}

/// <summary>Both are in the answer, and the first occurrence of one is before the first of the other.</summary>
public sealed record KeywordOrder(string First, string Second) : Constraint(Scope.Whole)
{
    public static readonly ConstraintType Definition = new("keyword_order", Category.Inclusion, typeof(KeywordOrder), Sample);

    public override Verdict Check(Response response)
    {
        int one = Text.Terms.Next(response.Text, First, 0), two = Text.Terms.Next(response.Text, Second, 0);
        if (one < 0 || two < 0)
            return new(Outcome.Violated, $"\"{(one < 0 ? First : Second)}\" is not in the answer");
        return Verdict.Of(one < two, one < two ? $"\"{First}\" is before \"{Second}\""
            : $"\"{Second}\" is before \"{First}\", not after it",
            new TextSpan(Math.Min(one, two), one < two ? First.Length : Second.Length));
    }

    public override bool Apply(Draft draft)
    {
        draft.Ordered.Add((First, Second));
        return true;
    }

    /// <summary>The other order.</summary>
    public override Constraint SampleConflicting(SamplingContext context) => new KeywordOrder(Second, First);

    public override IEnumerable<string> RequiredTexts => [First, Second];

    protected override string? Validate() =>
        string.Equals(First, Second, StringComparison.OrdinalIgnoreCase) ? "first and second are the same word" : null;

    private static KeywordOrder Sample(SamplingContext context)
    {
        TextList words = TermSampling.SampleWords([.. context.Words.Where(w => context.Words.All(o => o == w
            || !Text.Terms.Contains(o, w)))], 2, context.Random);
        return words.Count == 2 ? new(words[0], words[1]) : new(context.Words[0], context.OtherWords[0]);
    }
}

/// <summary>How often a text occurs in the answer.</summary>
public abstract record Frequency(CountRange Range) : Constraint(Scope.Whole)
{
    /// <summary>The text that is counted.</summary>
    protected abstract string Term { get; }

    /// <summary>The greatest count worth asking for.</summary>
    protected abstract int High { get; }

    protected abstract int Count(ReadOnlySpan<char> text);

    protected abstract Constraint With(CountRange range);

    public sealed override Verdict Check(Response response)
    {
        int count = Count(response.Text);
        return Verdict.Of(Range.Contains(count), $"\"{Term}\" is in the answer {count} times; asked: {Range}");
    }

    public sealed override Constraint SampleConflicting(SamplingContext context) => With(Range.SampleDisjoint(context.Random, 1, High));

    public sealed override IEnumerable<string> RequiredTexts => Range.Min > 0 ? [Term] : [];

    public sealed override bool Forbids(string text) => Range.Max is { } max && Count(text) > max;

    /// <summary>Two about one text.</summary>
    public sealed override bool Overlaps(Constraint sameType) =>
        string.Equals(Term, ((Frequency)sameType).Term, StringComparison.OrdinalIgnoreCase);

    protected sealed override string? Validate() => Range.Error();
}

/// <summary>How often a word or phrase is in the answer, as <see cref="Text.Terms"/> finds it.</summary>
public sealed record KeywordFrequency(string Word, CountRange Range) : Frequency(Range)
{
    public static readonly ConstraintType Definition = new("keyword_frequency", Category.Inclusion, typeof(KeywordFrequency), Sample);

    protected override string Term => Word;

    protected override int High => 4;

    protected override int Count(ReadOnlySpan<char> text) => Text.Terms.Count(text, Word);

    protected override Constraint With(CountRange range) => new KeywordFrequency(Word, range);

    public override bool Apply(Draft draft)
    {
        int count = Range.Min > 0 ? Range.SampleCount(draft.Random, 1)
            : draft.IsTranslated ? 0 // a word that nobody needs would be one of another language
            : draft.Random.Chance(0.5) ? Range.SampleCount(draft.Random, 1) : (int)Math.Min(1, Range.Max ?? 0);
        draft.Repeated.Add((Word, count));
        return true;
    }

    private static KeywordFrequency Sample(SamplingContext context) =>
        new(context.Random.Pick(context.Words), CountRange.Sample(context.Random, 1, 3));
}

/// <summary>How often a letter is in the answer, capital or small.</summary>
public sealed record LetterFrequency(string Letter, CountRange Range) : Frequency(Range)
{
    /// <summary>Letters that a short answer has a few of, so that either side of a range can be written.</summary>
    private const string Sampled = "bfgkmpvwy";

    public static readonly ConstraintType Definition =
        new("letter_frequency", Category.Inclusion, typeof(LetterFrequency), Sample, ("letter", Letters.All))
    { Languages = ConstraintType.EnglishOnly, Needs = Aspects.Prose };

    protected override string Term => Letter;

    protected override int High => 9;

    protected override int Count(ReadOnlySpan<char> text) => text.Count(Letter[0]) + text.Count(char.ToUpperInvariant(Letter[0]));

    protected override Constraint With(CountRange range) => new LetterFrequency(Letter, range);

    public override bool Apply(Draft draft) => draft.Approach(text => Count(text), Range);

    private static LetterFrequency Sample(SamplingContext context) =>
        new(Sampled[context.Random.Below(Sampled.Length)].ToString(), CountRange.Sample(context.Random, 2, 8));
}

/// <summary>The small letters of English.</summary>
internal static class Letters
{
    public static readonly string[] All = [.. "abcdefghijklmnopqrstuvwxyz".Select(c => c.ToString())];
}

/// <summary>How words to contain and words to leave out are sampled.</summary>
internal static class TermSampling
{
    private static readonly Scope[] s_typical =
        [Scope.Title, Scope.FirstSentence, Scope.LastSentence, Scope.FirstParagraph, Scope.LastParagraph, Scope.EachParagraph];

    public static IReadOnlyList<Scope> Scopes { get; } =
    [
        Scope.Whole, Scope.Title, Scope.FirstSentence, Scope.LastSentence, Scope.FirstParagraph, Scope.LastParagraph, Scope.EachParagraph,
            Scope.FirstLine, Scope.LastLine, Scope.EachSentence, Scope.EachLine,
        Scope.EachItem,
    ];

    /// <summary>Words and where: the whole answer six times of ten, and only there more than one word.</summary>
    public static (TextList Words, Scope Scope) Sample(SeededRandom random, IReadOnlyList<string> words)
    {
        Scope scope = random.Chance(0.6) ? Scope.Whole : random.Pick(s_typical);
        return (SampleWords(words, scope == Scope.Whole ? random.Between(1, 3) : 1, random), scope);
    }

    /// <summary>Different words; fewer than asked for where there are not enough.</summary>
    public static TextList SampleWords(IReadOnlyList<string> words, int count, SeededRandom random)
    {
        List<string> sampled = [];
        for (int tries = 0; sampled.Count < Math.Min(count, words.Count) && tries < 20; tries++)
        {
            string word = random.Pick(words);
            if (!sampled.Contains(word))
                sampled.Add(word);
        }

        return TextList.Of(sampled);
    }
}
