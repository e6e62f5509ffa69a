using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Example;

/// <summary>positive_example{example}: a good example to go by.</summary>
public sealed class PositiveExampleSort : TextJudgedSort
{
    public override string Name => "positive_example";

    public override Category Kind => Category.PositiveExample;

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Follow this example: {example}", "Here is an example of what I want: {example}", "For example: {example}", "Good example: {example}", "Write in the manner of this example: {example}", "Take this as a model: {example}")
        .Chinese("参考示例：{example}", "示例如下：{example}", "例如：{example}", "正确示例：{example}", "请按照这个例子来写：{example}", "以此为范例：{example}");

    protected override string Parameter => "example";

    protected override IReadOnlyList<string> EnglishTexts { get; } =
        ["It is small, but it matters to many people.", "Everyone here knows it.", "There is more to it than meets the eye.", "It has been part of daily life for a long time.", "People often talk about it.", "It is easy to find and hard to forget."];

    protected override IReadOnlyList<string> ChineseTexts { get; } =
        ["它虽小，却关系到许多人。", "这里的人都知道它。", "它比看上去更有意思。", "它早已成为日常生活的一部分。", "人们常常谈起它。", "它容易见到，也令人难忘。"];
}
