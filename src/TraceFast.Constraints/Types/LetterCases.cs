using TraceFast.Constraints.Drafting;
using TraceFast.Constraints.Sampling;

namespace TraceFast.Constraints.Types;

/// <summary>
/// upper: no small letter is in the answer or part; lower: no capital; title: each word starts with a capital, articles and short
/// conjunctions and prepositions inside aside, some word does, and some letter is small. At least one letter that has a case must be there.
/// </summary>
public sealed record LetterCase(string Case, Scope Scope = Scope.Whole) : Constraint(Scope)
{
    private const string Upper = "upper", Lower = "lower", TitleCase = "title";

    /// <summary>What <see cref="FindOther"/> and <see cref="FindUntitled"/> give where they find nothing.</summary>
    private const int None = -1, NoLetters = -2;

    private static readonly string[] s_any = [Upper, Lower, TitleCase], s_wholeText = [Upper, Lower];

    public static readonly ConstraintType Definition =
        new("letter_case", Category.LinguisticFeature, typeof(LetterCase), Sample, ("case", s_any))
    {
        Scopes = [Scope.Whole, Scope.Title, Scope.FirstSentence, Scope.LastSentence, Scope.FirstLine, Scope.LastLine, Scope.EachItem,
            Scope.FirstParagraph, Scope.LastParagraph],
        Languages = ConstraintType.EnglishOnly,
        Owns = Aspects.Capitals,
        Needs = Aspects.Prose | Aspects.PlainParagraphs | Aspects.Script,
    };

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> s_minorWords =
        WordLists.Of(Language.English, "minor words of titles").ToHashSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    public override Verdict Check(Response response)
    {
        IReadOnlyList<TextSpan> spans = response.SpansOf(Scope);
        foreach (TextSpan span in spans)
        {
            int at = Case == TitleCase ? FindUntitled(response, span) : FindOther(response.Span(span), Case == Upper);
            if (at >= 0)
                return new(Outcome.Violated, $"'{response.Text[span.Start + at]}' is not in {Case} case", new TextSpan(span.Start + at, 1));
            if (at == NoLetters)
                return new(Outcome.Violated, $"no letter is there to be in {Case} case", Scope == Scope.Whole ? null : span);
        }

        return spans.Count == 0 ? new(Outcome.Violated, $"the answer has no part to be in {Case} case")
            : new(Outcome.Obeyed, $"all letters are in {Case} case");
    }

    public override bool Apply(Draft draft)
    {
        if (Scope == Scope.Whole)
            return draft.TakeCasing(Convert);
        return draft.Casing is null && draft.Edit(Scope, _ => draft.Casing is null) && (Scope == Scope.Title
            ? draft.TakeTitle(title => (title.Casing = Convert) is not null)
            : draft.Finish(() => draft.PartsOf(Scope).SelectMany(s => s).All(s => (s.Text = Convert(s.Text)).Length > 0)));
    }

    private string Convert(string text) => Case switch
    {
        Upper => text.ToUpperInvariant(),
        Lower => text.ToLowerInvariant(),
        _ => string.Join(' ', text.Split(' ').Select(Rendering.Capitalize)),
    };

    public override Constraint SampleConflicting(SamplingContext context) =>
        new LetterCase(context.SampleOther(Scope == Scope.Title ? s_any : s_wholeText, c => c != Case), Scope);

    /// <summary>Upper or lower; title case for titles.</summary>
    private static LetterCase Sample(SamplingContext context)
    {
        SeededRandom random = context.Random;
        Scope scope = random.Chance(0.6) ? Scope.Whole : random.Pick([Scope.Title, Scope.FirstSentence, Scope.LastSentence]);
        return new(random.Pick(scope == Scope.Title ? s_any : s_wholeText), scope);
    }

    /// <summary>The first letter of the other case.</summary>
    private static int FindOther(ReadOnlySpan<char> text, bool upper)
    {
        bool cased = false;
        for (int i = 0; i < text.Length; i++)
        {
            bool isUpper = char.IsUpper(text[i]), isLower = char.IsLower(text[i]);
            if (upper ? isLower : isUpper)
                return i;
            cased |= isUpper || isLower;
        }

        return cased ? None : NoLetters;
    }

    /// <summary>The first word that should start with a capital and does not; the last letter of a text in one case only.</summary>
    private static int FindUntitled(Response response, TextSpan span)
    {
        bool anyLower = false, anyUpper = false, anyWord = false, first = true;
        int lastLetter = 0;
        foreach (TextSpan word in response.WordsIn(span))
        {
            ReadOnlySpan<char> text = response.Span(word);
            if (char.IsLower(text[0]) && (first || !s_minorWords.Contains(text)))
                return word.Start - span.Start;
            first = false;
            bool cased = char.IsUpper(text[0]) || char.IsLower(text[0]);
            anyWord |= cased;
            lastLetter = cased ? word.Start - span.Start : lastLetter;
            foreach (char c in text)
            {
                anyLower |= char.IsLower(c);
                anyUpper |= char.IsUpper(c);
            }
        }

        return !anyWord ? NoLetters : anyLower && anyUpper ? None : lastLetter;
    }
}
