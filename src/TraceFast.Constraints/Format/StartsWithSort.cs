using TraceFast.Constraints.Content;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Format;

/// <summary>starts_with{text}: the answer, or each of the parts named, starts with the text (<see cref="Edges"/>). Contradicted by another text that does not start alike.</summary>
public sealed class StartsWithSort : Sort
{
    private static readonly Scope[] Named = [Scope.FirstParagraph, Scope.LastParagraph, Scope.EachParagraph, Scope.EachLine, Scope.EachItem, Scope.LastSentence];

    public override string Name => "starts_with";

    public override Category Kind => Category.GrammarStructure;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("text", ParameterType.Text)];

    public override IReadOnlyList<Scope> Parts { get; } = [Scope.Whole, .. Named];

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set([.. SortNames.Data, .. SortNames.Wrappers, .. SortNames.Titles, .. SortNames.LineForms, "initial_letter", "sentence_end"]);

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(
            "Start your answer with {text:quoted}", "The response must begin with {text:quoted}", "Begin with the words {text:quoted}", "Your first words should be {text:quoted}", "Open the reply with {text:quoted}",
            "The answer has to start with exactly these words: {text:quoted}", "Let your answer begin with the phrase {text:quoted}")
        .Chinese(
            "以{text:quoted}开头", "回答必须以{text:quoted}开头", "开头需使用{text:quoted}", "请用{text:quoted}作为开头", "回复的第一句话应以{text:quoted}起始", "全文以{text:quoted}开始", "开篇请写{text:quoted}")
        .EnglishAbout(Named, "@ must begin with {text:quoted}", "Start @ with {text:quoted}", "Let @ open with {text:quoted}", "Make sure that @ starts with {text:quoted}")
        .ChineseAbout(Named, "@以{text:quoted}开头", "@必须以{text:quoted}开始", "@的开头要写{text:quoted}", "请用{text:quoted}作为@的开头");

    public override Verdict Check(Constraint constraint, Response response)
    {
        string text = constraint.Arguments.Text("text");
        IReadOnlyList<TextSpan> places = response.SpansOf(constraint.Scope);
        foreach (TextSpan place in places)
        {
            if (!Edges.StartsWith(response.Span(place), text))
                return new(Outcome.Violated, $"{TermParts.Describe(constraint.Scope)} does not start with \"{text}\"", place with { Length = Math.Min(place.Length, text.Length) });
        }

        return places.Count == 0 ? TermParts.Lacks(constraint.Scope) : new(Outcome.Obeyed, $"{TermParts.Describe(constraint.Scope)} starts with \"{text}\"");
    }

    public override Constraint Draw(SamplingContext context)
    {
        SeededRandom random = context.Random;
        Scope part = random.Chance(0.6) ? Scope.Whole : random.Pick([Scope.LastParagraph, Scope.LastParagraph, Scope.EachParagraph, Scope.EachItem, Scope.EachLine]);
        return Make(random.Pick(Vocabulary.Openings(context.Language, part)), part);
    }

    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        string text = constraint.Arguments.Text("text");
        string[] others = [.. Vocabulary.Openings(context.Language, constraint.Scope).Where(o => Edges.StartsDiffer(o, text))];
        return others.Length > 0 ? Make(context.Random.Pick(others), constraint.Scope) : new(Sorts.Get("forbidden_punctuation"), Arguments.Of(("marks", new[] { Edges.StartOf(text) })));
    }

    /// <summary>Two texts where one part starts the other.</summary>
    public override bool Conflicts(Constraint own, Constraint other)
    {
        if (other.Sort != this)
            return base.Conflicts(own, other);
        bool apart = own.Scope != other.Scope && (IsLate(own.Scope) ^ IsLate(other.Scope)) && own.Scope is not (Scope.EachParagraph or Scope.EachLine) && other.Scope is not (Scope.EachParagraph or Scope.EachLine);
        return !apart;
    }

    public override IEnumerable<string> MustContain(Constraint constraint) => [constraint.Arguments.Text("text")];

    private static bool IsLate(Scope part) => part is Scope.LastParagraph or Scope.LastSentence or Scope.EachItem;

    private Constraint Make(string text, Scope part) => new(this, Arguments.Of(("text", text)), part);
}
