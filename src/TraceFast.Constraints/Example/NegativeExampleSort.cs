using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Example;

/// <summary>negative_example{example}: an example of what to avoid.</summary>
public sealed class NegativeExampleSort : TextJudgedSort
{
    public override string Name => "negative_example";

    public override Category Kind => Category.NegativeExample;

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Do not write like this: {example}", "Bad example: {example}", "Avoid answers such as: {example}", "This is not what I want: {example}", "A counterexample, not to be followed: {example}", "Steer clear of sentences like: {example}")
        .Chinese("不要写成这样：{example}", "错误示例：{example}", "避免类似的回答：{example}", "反例：{example}", "以下写法不可取：{example}", "请勿模仿：{example}");

    protected override string Parameter => "example";

    protected override IReadOnlyList<string> EnglishTexts { get; } =
        ["I don't know.", "As an AI, I can not say anything about that.", "LOL whatever!!!", "Please ask someone else.", "It is what it is.", "Sorry, no idea."];

    protected override IReadOnlyList<string> ChineseTexts { get; } =
        ["我不知道。", "作为人工智能，我无法回答。", "随便啦！！！", "请去问别人。", "就那样吧。", "抱歉，没想法。"];
}
