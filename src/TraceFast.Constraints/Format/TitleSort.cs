using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Format;

/// <summary>title{}: the answer has a title (how one is found: Text/TitleFinder). Contradicted by JSON, which has none.</summary>
public sealed class TitleSort : Sort
{
    public override string Name => "title";

    public override Category Kind => Category.TextStyle;

    public override IReadOnlyList<Parameter> Parameters { get; } = [];

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set([.. SortNames.Data, .. SortNames.Wrappers, .. SortNames.Titles, "starts_with", "sentence_end"]);

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(
            "Give the answer a title", "Start with a title", "Your response must have a title", "Add a title at the top", "Put a headline above the text", "The answer needs a title of its own", "Include a title")
        .Chinese("请为回答加上标题", "回答需要有一个标题", "开头要写标题", "在正文之前拟一个标题", "文章须有标题", "请拟定一个合适的标题", "内容必须带标题");

    public override Verdict Check(Constraint constraint, Response response) =>
        response.Title is { } title ? new(Outcome.Obeyed, $"the title is \"{response.Span(title)}\"", title) : new(Outcome.Violated, "the answer has no title");

    public override Constraint Draw(SamplingContext context) => new(this, Arguments.None);

    public override Constraint Contradict(Constraint constraint, SamplingContext context) => Sorts.Get("json_object").Draw(context);
}
