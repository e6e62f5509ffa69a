using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Content;

/// <summary>privacy{subject}: whose private facts the answer keeps to itself.</summary>
public sealed class PrivacySort : TextJudgedSort
{
    public override string Name => "privacy";

    public override Category Kind => Category.Privacy;

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Do not reveal private information about {subject}", "Protect the privacy of {subject}", "Leave out personal details of {subject}", "Nothing in the text may identify {subject}", "Keep personal data of {subject} out of the answer", "Respect the privacy of {subject}")
        .Chinese("不得泄露{subject}的隐私", "注意保护{subject}的个人信息", "不要透露{subject}的私人信息", "内容中不能识别出{subject}的身份", "避免涉及{subject}的个人资料", "需尊重{subject}的隐私");

    protected override string Parameter => "subject";

    protected override IReadOnlyList<string> EnglishTexts { get; } =
        ["real people", "customers", "patients", "students", "employees", "neighbours"];

    protected override IReadOnlyList<string> ChineseTexts { get; } =
        ["真实人物", "客户", "患者", "学生", "员工", "邻居"];
}
