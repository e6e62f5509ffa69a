using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Content;

/// <summary>forbidden_words{words}: none of the words or phrases stands in the answer or part, as <see cref="Terms"/> finds it.</summary>
public sealed class ForbiddenWordsSort : Sort
{
    public override string Name => "forbidden_words";

    public override Category Kind => Category.Exclusion;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("words", ParameterType.Texts)];

    public override IReadOnlyList<Scope> Parts => TermParts.All;

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Do not use the {words?word:words} {words:either}", "Avoid the {words?word:words} {words:list}", "Never mention {words:either}", "The {words?word:words} {words:list} must not appear in the answer",
            "Write it without using {words:either}", "Leave out the {words?term:terms} {words:list}", "Your reply may not contain {words:either}", "Forbidden {words?word:words}: {words:plain}")
        .Chinese("不得包含{words:either}", "不要使用{words:list}", "文中不能出现{words:either}", "回答中禁止出现{words:list}", "请避免使用{words:list}{words?这个词:这些词}", "不可提及{words:either}", "禁用词：{words:plain}", "内容里请勿出现{words:list}")
        .EnglishAbout(TermParts.Named, "@ must not contain {words:either}", "Do not mention {words:either} in @", "Keep the {words?word:words} {words:list} out of @", "Make sure that @ does not use {words:either}")
        .ChineseAbout(TermParts.Named, "@不得包含{words:either}", "@中不要出现{words:list}", "@不能提到{words:either}", "请勿在@里使用{words:list}");

    public override Verdict Check(Constraint constraint, Response response)
    {
        IReadOnlyList<TextSpan> places = response.SpansOf(constraint.Scope);
        foreach (TextSpan place in places)
        {
            foreach (string word in constraint.Arguments.Texts("words"))
            {
                int at = Terms.Next(response.Span(place), word, 0);
                if (at >= 0)
                    return new(Outcome.Violated, $"\"{word}\" stands in {TermParts.Describe(constraint.Scope)}, where it may not", new TextSpan(place.Start + at, word.Length));
            }
        }

        return places.Count == 0 ? TermParts.Lacks(constraint.Scope) : new(Outcome.Obeyed, $"{string.Join(", ", constraint.Arguments.Texts("words"))} not found in {TermParts.Describe(constraint.Scope)}");
    }

    public override Constraint Draw(SamplingContext context)
    {
        Scope part = TermParts.Draw(context.Random);
        int count = part == Scope.Whole ? context.Random.Between(1, 3) : 1;
        return new(this, Arguments.Of(("words", TermParts.DrawWords(context.OtherWords, count, context.Random))), part);
    }

    /// <summary>Asks for one of the words.</summary>
    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        string word = context.Random.Pick(constraint.Arguments.Texts("words"));
        return new(Sorts.Get("keywords"), Arguments.Of(("words", new[] { word })), constraint.Scope);
    }

    public override bool Conflicts(Constraint own, Constraint other) =>
        base.Conflicts(own, other) || other.Sort.MustContain(other).Any(text => own.Arguments.Texts("words").Any(word => Terms.Holds(text, word)));
}
