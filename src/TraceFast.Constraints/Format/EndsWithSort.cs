using TraceFast.Constraints.Content;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Format;

/// <summary>ends_with{text}: the answer, or each of the parts named, ends with the text (<see cref="Edges"/>). Contradicted by another text that does not end alike.</summary>
public sealed class EndsWithSort : Sort
{
    private static readonly Scope[] Named = [Scope.Title, Scope.FirstParagraph, Scope.LastParagraph, Scope.EachParagraph, Scope.EachLine, Scope.EachItem];

    public override string Name => "ends_with";

    public override Category Kind => Category.GrammarStructure;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("text", ParameterType.Text)];

    public override IReadOnlyList<Scope> Parts { get; } = [Scope.Whole, .. Named];

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set([.. SortNames.Data, .. SortNames.Wrappers, .. SortNames.LineForms, "postscript", "sentence_end", "reference_list"]);

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(
            "End your answer with {text:quoted}", "The response must end with {text:quoted}", "Finish with the words {text:quoted}", "Your last words should be {text:quoted}", "Close the reply with {text:quoted}",
            "The very last sentence has to read {text:quoted}", "Let nothing follow the closing words {text:quoted}")
        .Chinese(
            "以{text:quoted}结尾", "回答必须以{text:quoted}结束", "结尾必须为{text:quoted}", "请用{text:quoted}作为结束语", "最后一句话应是{text:quoted}", "全文以{text:quoted}收尾", "文末请写{text:quoted}，其后不再有内容")
        .EnglishAbout(Named, "@ must end with {text:quoted}", "Finish @ with {text:quoted}", "Let @ close with {text:quoted}", "Make sure that @ ends with {text:quoted}")
        .ChineseAbout(Named, "@以{text:quoted}结尾", "@必须以{text:quoted}结束", "@的末尾要写{text:quoted}", "请用{text:quoted}作为@的结尾");

    public override Verdict Check(Constraint constraint, Response response)
    {
        string text = constraint.Arguments.Text("text");
        IReadOnlyList<TextSpan> places = response.SpansOf(constraint.Scope);
        foreach (TextSpan place in places)
        {
            if (!Edges.EndsWith(response.Span(place), text))
                return new(Outcome.Violated, $"{TermParts.Describe(constraint.Scope)} does not end with \"{text}\"", LastOf(response, place, text.Length));
        }

        return places.Count == 0 ? TermParts.Lacks(constraint.Scope) : new(Outcome.Obeyed, $"{TermParts.Describe(constraint.Scope)} ends with \"{text}\"");
    }

    public override Constraint Draw(SamplingContext context)
    {
        SeededRandom random = context.Random;
        Scope part = random.Chance(0.7) ? Scope.Whole : random.Pick([Scope.FirstParagraph, Scope.EachParagraph, Scope.EachItem, Scope.EachLine]);
        return Make(random.Pick(Vocabulary.Endings(context.Language, part)), part);
    }

    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        string text = constraint.Arguments.Text("text");
        string[] others = [.. Vocabulary.Endings(context.Language, constraint.Scope).Where(o => Edges.EndsDiffer(o, text))];
        return others.Length > 0 ? Make(context.Random.Pick(others), constraint.Scope) : new(Sorts.Get("forbidden_punctuation"), Arguments.Of(("marks", new[] { Edges.EndOf(text) })));
    }

    /// <summary>Two texts where one part ends the other.</summary>
    public override bool Conflicts(Constraint own, Constraint other)
    {
        if (other.Sort != this)
            return base.Conflicts(own, other);
        bool early = own.Scope is Scope.Title or Scope.FirstParagraph ^ other.Scope is Scope.Title or Scope.FirstParagraph;
        return !early || own.Scope is Scope.EachParagraph or Scope.EachLine || other.Scope is Scope.EachParagraph or Scope.EachLine;
    }

    public override IEnumerable<string> MustContain(Constraint constraint) => [constraint.Arguments.Text("text")];

    protected override string? Refuse(Arguments arguments) => string.IsNullOrWhiteSpace(arguments.Text("text")) ? "the text is blank" : null;

    private static TextSpan LastOf(Response response, TextSpan place, int length)
    {
        int end = place.Start + response.Span(place).TrimEnd().Length, start = Math.Max(place.Start, end - length);
        return new TextSpan(start, end - start);
    }

    private Constraint Make(string text, Scope part) => new(this, Arguments.Of(("text", text)), part);
}
