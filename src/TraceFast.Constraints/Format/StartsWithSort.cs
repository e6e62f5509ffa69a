using TraceFast.Constraints.Content;
using TraceFast.Constraints.Drawing;
using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Format;

/// <summary>starts_with{text}: the answer, or each of the parts named, starts with the text (<see cref="Edges"/>). Contradicted by another text that does not start alike.</summary>
public sealed class StartsWithSort : Sort
{
    private static readonly Part[] Named = [Part.FirstParagraph, Part.LastParagraph, Part.EachParagraph, Part.EachLine, Part.EachItem, Part.LastSentence];

    public override string Name => "starts_with";

    public override Kind Kind => Kind.GrammarStructure;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("text", ParameterType.Text)];

    public override IReadOnlyList<Part> Parts { get; } = [Part.Whole, .. Named];

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
        IReadOnlyList<Place> places = response.PartsOf(constraint.Part);
        foreach (Place place in places)
        {
            if (!Edges.StartsWith(response.Span(place), text))
                return new(Outcome.Violated, $"{TermParts.Describe(constraint.Part)} does not start with \"{text}\"", place with { Length = Math.Min(place.Length, text.Length) });
        }

        return places.Count == 0 ? TermParts.Lacks(constraint.Part) : new(Outcome.Obeyed, $"{TermParts.Describe(constraint.Part)} starts with \"{text}\"");
    }

    public override Constraint Draw(DrawContext context)
    {
        SeededRandom random = context.Random;
        Part part = random.Chance(0.6) ? Part.Whole : random.Pick([Part.LastParagraph, Part.LastParagraph, Part.EachParagraph, Part.EachItem, Part.EachLine]);
        return Make(random.Pick(Vocabulary.Openings(context.Language, part)), part);
    }

    public override Constraint Contradict(Constraint constraint, DrawContext context)
    {
        string text = constraint.Arguments.Text("text");
        string[] others = [.. Vocabulary.Openings(context.Language, constraint.Part).Where(o => Edges.StartsDiffer(o, text))];
        return others.Length > 0 ? Make(context.Random.Pick(others), constraint.Part) : new(Sorts.Get("forbidden_punctuation"), Arguments.Of(("marks", new[] { Edges.StartOf(text) })));
    }

    /// <summary>Two texts where one part starts the other.</summary>
    public override bool Conflicts(Constraint own, Constraint other)
    {
        if (other.Sort != this)
            return base.Conflicts(own, other);
        bool apart = own.Part != other.Part && (IsLate(own.Part) ^ IsLate(other.Part)) && own.Part is not (Part.EachParagraph or Part.EachLine) && other.Part is not (Part.EachParagraph or Part.EachLine);
        return !apart;
    }

    public override IEnumerable<string> MustContain(Constraint constraint) => [constraint.Arguments.Text("text")];

    private static bool IsLate(Part part) => part is Part.LastParagraph or Part.LastSentence or Part.EachItem;

    private Constraint Make(string text, Part part) => new(this, Arguments.Of(("text", text)), part);
}
