using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Style;

/// <summary>initial_letter{letter}: every sentence (or line, item, paragraph) starts with a word that starts with the letter, capital or small.</summary>
public sealed class InitialLetterSort : Sort
{
    private static readonly string[] Drawn = ["t", "s", "a", "m", "p", "b", "c", "w", "i"];

    public override string Name => "initial_letter";

    public override Category Kind => Category.LinguisticFeature;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("letter", ParameterType.Text, Values: [.. "abcdefghijklmnopqrstuvwxyz".Select(c => c.ToString())])];

    /// <summary>The whole answer stands for its sentences.</summary>
    public override IReadOnlyList<Scope> Parts { get; } = [Scope.Whole, Scope.EachLine, Scope.EachItem, Scope.EachParagraph];

    public override IReadOnlyList<Language> Languages { get; } = [Language.English];

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Start every sentence with the letter {letter:quoted}", "Each sentence must begin with the letter {letter:quoted}", "Every sentence should open with a word that starts with {letter:quoted}", "Begin all sentences with {letter:quoted}",
            "The first letter of each sentence has to be {letter:quoted}", "Make every sentence start with a word beginning with {letter:quoted}")
        .EnglishAbout([Scope.EachLine, Scope.EachItem, Scope.EachParagraph], "@ must start with the letter {letter:quoted}", "Begin @ with the letter {letter:quoted}", "The first letter of @ has to be {letter:quoted}");

    public override Verdict Check(Constraint constraint, Response response)
    {
        char asked = constraint.Arguments.Text("letter")[0];
        IReadOnlyList<TextSpan> places = constraint.Scope == Scope.Whole ? response.Sentences : response.SpansOf(constraint.Scope);
        foreach (TextSpan place in places)
        {
            TextSpan? first = response.FirstWordOf(place);
            if (first is not { } word || (response.Text[word.Start] | 0x20) != asked)
                return new(Outcome.Violated, $"it does not start with \"{asked}\"", first ?? place);
        }

        return Verdict.Of(places.Count > 0, $"{places.Count} of them start with \"{asked}\"");
    }

    public override Constraint Draw(SamplingContext context) => Make(context.Random.Pick(Drawn), context.Random.Chance(0.8) ? Scope.Whole : context.Random.Pick([Scope.EachLine, Scope.EachItem, Scope.EachParagraph]));

    public override Constraint Contradict(Constraint constraint, SamplingContext context) =>
        Make(context.Random.Pick([.. Drawn.Where(l => l != constraint.Arguments.Text("letter"))]), constraint.Scope);

    /// <summary>Different letters for parts of which the first sentence is part of both.</summary>
    public override bool Conflicts(Constraint own, Constraint other) =>
        other.Sort == this ? own.Scope == other.Scope || own.Arguments.Text("letter") != other.Arguments.Text("letter") : base.Conflicts(own, other);

    private Constraint Make(string letter, Scope part) => new(this, Arguments.Of(("letter", letter)), part);
}
