using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Style;

/// <summary>
/// letter_case{case}: upper: no small letter stands in the answer or part; lower: no capital; title: each word starts with a capital, articles and short conjunctions and prepositions inside aside,
/// some word does, and some letter is small. At least one letter that has a case must stand there.
/// </summary>
public sealed class LetterCaseSort : Sort
{
    private const string Upper = "upper", Lower = "lower", TitleCase = "title";

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> MinorWords = new HashSet<string>(StringComparer.Ordinal)
    {
        "a", "an", "the", "and", "but", "or", "nor", "for", "so", "yet", "as", "at", "by", "in", "of", "on", "to", "up", "off", "per", "via", "from", "into", "with", "over", "is", "vs",
    }.GetAlternateLookup<ReadOnlySpan<char>>();

    public override string Name => "letter_case";

    public override Category Kind => Category.LinguisticFeature;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("case", ParameterType.Text, Values: [Upper, Lower, TitleCase])];

    public override IReadOnlyList<Scope> Parts { get; } = [Scope.Whole, Scope.Title, Scope.FirstSentence, Scope.LastSentence, Scope.FirstLine, Scope.LastLine, Scope.EachItem, Scope.FirstParagraph, Scope.LastParagraph];

    public override IReadOnlyList<Language> Languages { get; } = [Language.English];

    public override IReadOnlySet<string> ConflictsWith { get; } = new HashSet<string> { "capital_words" };

    private static IReadOnlyList<Scope> Named { get; } = [Scope.Title, Scope.FirstSentence, Scope.LastSentence, Scope.FirstLine, Scope.LastLine, Scope.EachItem, Scope.FirstParagraph, Scope.LastParagraph];

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .EnglishWhen("case=upper", "Write the whole answer in capital letters", "Use uppercase letters only", "Everything must be in ALL CAPS", "Your entire response should be capitalized, with no lowercase letters", "Answer in all capitals", "Don't use a single lowercase letter")
        .EnglishWhen("case=lower", "Write the whole answer in lowercase letters", "Use lowercase letters only", "Do not use any capital letters", "Your entire response should be in lower case", "Answer without a single capital letter", "No uppercase letters anywhere, not even at the start of a sentence")
        .EnglishWhen("case=title", "Write the whole answer in title case", "Start every word with a capital letter, as in a headline", "Capitalize the first letter of every main word", "Use title case throughout", "Every important word should begin with a capital letter", "Your entire response must be in title case")
        .About(Language.English, Named, "case=upper", "@ must be in all capital letters", "Write @ in uppercase", "Use capitals only in @", "@ should contain no lowercase letters")
        .About(Language.English, Named, "case=lower", "@ must be in lowercase letters", "Write @ in lower case", "Use no capital letters in @", "@ should contain no uppercase letters")
        .About(Language.English, Named, "case=title", "@ must be in title case", "Write @ in title case", "Capitalize every main word of @", "@ should be capitalized like a headline");

    public override Verdict Check(Constraint constraint, Response response)
    {
        string asked = constraint.Arguments.Text("case");
        IReadOnlyList<TextSpan> places = response.SpansOf(constraint.Scope);
        foreach (TextSpan place in places)
        {
            int at = asked == TitleCase ? FindUntitled(response, place) : FindOther(response.Span(place), asked == Upper);
            if (at >= 0)
                return new(Outcome.Violated, $"'{response.Text[place.Start + at]}' is not in {asked} case", new TextSpan(place.Start + at, 1));
            if (at == NoLetters)
                return new(Outcome.Violated, $"no letter stands there to be in {asked} case", constraint.Scope == Scope.Whole ? null : place);
        }

        return places.Count == 0 ? new(Outcome.Violated, $"the answer has no part to be in {asked} case") : new(Outcome.Obeyed, $"all letters are in {asked} case");
    }

    /// <summary>Upper or lower; title case for titles.</summary>
    public override Constraint Draw(SamplingContext context)
    {
        SeededRandom random = context.Random;
        Scope part = random.Chance(0.6) ? Scope.Whole : random.Pick([Scope.Title, Scope.FirstSentence, Scope.LastSentence]);
        return Make(part == Scope.Title ? random.Pick([Upper, Lower, TitleCase]) : random.Pick([Upper, Lower]), part);
    }

    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        string given = constraint.Arguments.Text("case");
        string[] others = constraint.Scope == Scope.Title ? [Upper, Lower, TitleCase] : [Upper, Lower];
        return Make(context.Random.Pick([.. others.Where(c => c != given)]), constraint.Scope);
    }

    private const int None = -1, NoLetters = -2;

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
    private static int FindUntitled(Response response, TextSpan place)
    {
        bool anyLower = false, anyUpper = false, anyWord = false, first = true;
        int lastLetter = 0;
        foreach (TextSpan word in response.WordsIn(place))
        {
            ReadOnlySpan<char> text = response.Span(word);
            if (char.IsLower(text[0]) && (first || !MinorWords.Contains(text)))
                return word.Start - place.Start;
            first = false;
            bool cased = char.IsUpper(text[0]) || char.IsLower(text[0]);
            anyWord |= cased;
            lastLetter = cased ? word.Start - place.Start : lastLetter;
            foreach (char c in text)
            {
                anyLower |= char.IsLower(c);
                anyUpper |= char.IsUpper(c);
            }
        }

        return !anyWord ? NoLetters : anyLower && anyUpper ? None : lastLetter;
    }

    private Constraint Make(string letterCase, Scope part) => new(this, Arguments.Of(("case", letterCase)), part);
}
