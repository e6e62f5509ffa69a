using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Situation;

/// <summary>precondition{condition}: what is to be taken for granted.</summary>
public sealed class PreconditionSort : TextJudgedSort
{
    public override string Name => "precondition";

    public override Category Kind => Category.Precondition;

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Assume that {condition}", "Take it as given that {condition}", "The answer must hold on condition that {condition}", "Start from the premise that {condition}", "Suppose that {condition}", "It is known beforehand that {condition}")
        .Chinese("假设{condition}", "前提是{condition}", "已知{condition}", "在{condition}的前提下作答", "设定条件：{condition}", "请以{condition}为前提");

    protected override string Parameter => "condition";

    protected override IReadOnlyList<string> EnglishTexts { get; } =
        ["the reader has no background in the subject", "the text will be read aloud", "it will be printed on a single page", "the text stands in a school newsletter", "nobody has explained the topic before", "the readers have only a minute"];

    protected override IReadOnlyList<string> ChineseTexts { get; } =
        ["读者没有相关背景知识", "文字将被朗读", "内容会印在一张纸上", "文章刊登在校报上", "此前没有人介绍过这个话题", "读者只有一分钟时间"];
}
