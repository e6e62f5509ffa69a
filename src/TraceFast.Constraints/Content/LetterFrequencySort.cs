using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Content;

/// <summary>letter_frequency{letter,min,max}: how often a letter stands in the answer, capital or small.</summary>
public sealed class LetterFrequencySort : OccurrenceSort
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz";

    /// <summary>Letters of which a short answer holds a few, so that either side of a range can be written.</summary>
    private const string Drawn = "bfgkmpvwy";

    public override string Name => "letter_frequency";

    public override IReadOnlyList<Language> Languages { get; } = [Language.English];

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("The letter {letter:quoted} must appear at least {min} {min?time:times}", "Use the letter {letter:quoted} no fewer than {min} {min?time:times}", "Include the letter {letter:quoted} {min} or more times", "Your answer should contain the letter {letter:quoted} at least {min:words} {min?time:times}",
            "Make sure that the letter {letter:quoted} occurs at least {min} {min?time:times}", "I want to see the letter {letter:quoted} a minimum of {min} {min?time:times}")
        .English("The letter {letter:quoted} may appear at most {max} {max?time:times}", "Use the letter {letter:quoted} no more than {max} {max?time:times}", "The letter {letter:quoted} must occur fewer than {max+1} {max+1?time:times}", "Your answer should contain the letter {letter:quoted} at most {max:words} {max?time:times}",
            "Limit the letter {letter:quoted} to {max} {max?occurrence:occurrences}", "Don't use the letter {letter:quoted} more than {max} {max?time:times}")
        .English("The letter {letter:quoted} must appear between {min} and {max} times", "Use the letter {letter:quoted} {min} to {max} times", "Include the letter {letter:quoted} {min}-{max} times", "The letter {letter:quoted} has to occur no fewer than {min} and no more than {max} times",
            "Your answer should contain the letter {letter:quoted} {min:words} to {max:words} times", "Have at least {min} but at most {max} occurrences of the letter {letter:quoted}")
        .EnglishWhen("max={min}", "The letter {letter:quoted} must appear exactly {min} {min?time:times}", "Use the letter {letter:quoted} exactly {min:words} {min?time:times}", "Include the letter {letter:quoted} {min} {min?time:times}, no more and no less", "Your answer should contain precisely {min} {min?occurrence:occurrences} of the letter {letter:quoted}",
            "The count of the letter {letter:quoted} must be exactly {min}", "Have the letter {letter:quoted} occur exactly {min} {min?time:times}")
        .EnglishWhen("max=0", "Write without the letter {letter:quoted}", "The letter {letter:quoted} must not appear at all", "Never use the letter {letter:quoted}", "Avoid every word that has the letter {letter:quoted} in it");

    protected override Parameter Term { get; } = new("letter", ParameterType.Text, Values: [.. Alphabet.Select(c => c.ToString())]);

    protected override (int Low, int High) Usual => (1, 9);

    protected override int Count(ReadOnlySpan<char> text, string term) => text.Count(term[0]) + text.Count(char.ToUpperInvariant(term[0]));

    protected override (string Term, int Low, int High) DrawTerm(SamplingContext context) => (Drawn[context.Random.Below(Drawn.Length)].ToString(), 2, 8);
}
