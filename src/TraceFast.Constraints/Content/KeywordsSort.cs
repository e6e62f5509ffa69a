using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Content;

/// <summary>keywords{words}: each of the words or phrases stands in the answer or part, as <see cref="Terms"/> finds it.</summary>
public sealed class KeywordsSort : Sort
{
    public override string Name => "keywords";

    public override Category Kind => Category.Inclusion;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("words", ParameterType.Texts)];

    public override IReadOnlyList<Scope> Parts => TermParts.All;

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Include the {words?word:words} {words:list}", "Use the {words?keyword:keywords} {words:list} in your answer", "The answer must mention {words:list}", "Make sure that {words:list} {words?appears:all appear} in the text",
            "Work the {words?term:terms} {words:list} into your response", "Your reply has to contain {words:list}", "Don't forget to use {words:list}", "Required {words?keyword:keywords}: {words:plain}")
        .Chinese("必须包含{words:list}", "回答中要出现{words:list}", "请使用关键词{words:list}", "文中需提到{words:list}", "内容应含有{words:list}", "务必用到{words:list}{words?这个词:这些词}", "关键词：{words:plain}", "需包含{words?词语:以下词语}：{words:plain}")
        .EnglishAbout(TermParts.Named, "@ must contain {words:list}", "Mention {words:list} in @", "Use the {words?word:words} {words:list} in @", "Make sure that @ includes {words:list}")
        .ChineseAbout(TermParts.Named, "@必须包含{words:list}", "@中要出现{words:list}", "@需提到{words:list}", "请在@里使用{words:list}");

    public override Verdict Check(Constraint constraint, Response response)
    {
        IReadOnlyList<TextSpan> places = response.SpansOf(constraint.Scope);
        foreach (TextSpan place in places)
        {
            foreach (string word in constraint.Arguments.Texts("words"))
            {
                if (!Terms.Holds(response.Span(place), word))
                    return new(Outcome.Violated, $"\"{word}\" does not stand in {TermParts.Describe(constraint.Scope)}", constraint.Scope == Scope.Whole ? null : place);
            }
        }

        return places.Count == 0 ? TermParts.Lacks(constraint.Scope) : new(Outcome.Obeyed, $"{string.Join(", ", constraint.Arguments.Texts("words"))} found in {TermParts.Describe(constraint.Scope)}");
    }

    public override Constraint Draw(SamplingContext context)
    {
        Scope part = TermParts.Draw(context.Random);
        int count = part == Scope.Whole ? context.Random.Between(1, 3) : 1;
        return new(this, Arguments.Of(("words", TermParts.DrawWords(context.Words, count, context.Random))), part);
    }

    /// <summary>Forbids one of the words.</summary>
    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        string word = context.Random.Pick(constraint.Arguments.Texts("words"));
        return new(Sorts.Get("forbidden_words"), Arguments.Of(("words", new[] { word })), constraint.Scope);
    }

    public override IEnumerable<string> MustContain(Constraint constraint) => constraint.Arguments.Texts("words");
}
