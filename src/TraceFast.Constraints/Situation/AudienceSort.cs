using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Situation;

/// <summary>audience{audience}: whom the answer is for.</summary>
public sealed class AudienceSort : TextJudgedSort
{
    public override string Name => "audience";

    public override Category Kind => Category.Audience;

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("The text is meant for {audience}", "Write for {audience}", "The readers are {audience}", "Make it suitable for {audience}", "Address it to {audience}", "Keep in mind that {audience} will read it")
        .Chinese("目标读者是{audience}", "面向{audience}撰写", "内容应适合{audience}阅读", "写给{audience}看", "受众为{audience}", "要让{audience}能够理解");

    protected override string Parameter => "audience";

    protected override IReadOnlyList<string> EnglishTexts { get; } =
        ["general readers", "beginners", "visitors", "school students", "newspaper readers", "people new to the subject"];

    protected override IReadOnlyList<string> ChineseTexts { get; } =
        ["普通大众", "初学者", "游客", "中学生", "报纸读者", "刚接触这一话题的人"];
}
