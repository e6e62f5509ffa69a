using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Format;

/// <summary>exact_title{text}: the answer's title is this, letter case and marks around it aside. Contradicted by another title.</summary>
public sealed class ExactTitleSort : Sort
{
    public override string Name => "exact_title";

    public override Category Kind => Category.TextStyle;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("text", ParameterType.Text)];

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set([.. SortNames.Data, .. SortNames.Wrappers, .. SortNames.Titles, "starts_with", "sentence_end"]);

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(
            "Use {text:quoted} as the title", "The title must be {text:quoted}", "Give the answer the title {text:quoted}", "Start with the title {text:quoted}", "Put {text:quoted} as the headline above the text",
            "Your response should be titled {text:quoted}")
        .Chinese("标题为{text:quoted}", "请以{text:quoted}为标题", "文章标题必须是{text:quoted}", "开头写上标题{text:quoted}", "回答的标题请用{text:quoted}", "题目定为{text:quoted}");

    public override Verdict Check(Constraint constraint, Response response)
    {
        string text = constraint.Arguments.Text("text");
        if (response.Title is not { } title)
            return new(Outcome.Violated, "the answer has no title");
        return Verdict.Of(IsSame(response.Span(title), text), $"the title is \"{response.Span(title)}\"; asked for \"{text}\"", title);
    }

    public override Constraint Draw(SamplingContext context) => Make(context.Random.Pick(Vocabulary.Titles(context.Language)));

    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        string text = constraint.Arguments.Text("text");
        return Make(Drawn.Other(context.Random, Vocabulary.Titles(context.Language), t => !IsSame(t, text)));
    }

    public override IEnumerable<string> MustContain(Constraint constraint) => [constraint.Arguments.Text("text")];

    private Constraint Make(string text) => new(this, Arguments.Of(("text", text)));

    private static bool IsSame(ReadOnlySpan<char> one, ReadOnlySpan<char> other) => Bare(one).Equals(Bare(other), StringComparison.OrdinalIgnoreCase);

    private static ReadOnlySpan<char> Bare(ReadOnlySpan<char> title) => title.Trim("*_#《》<>\"“” .。:：");
}
