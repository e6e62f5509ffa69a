using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Content;

/// <summary>values{value}: the values that the answer upholds.</summary>
public sealed class ValuesSort : TextJudgedSort
{
    public override string Name => "values";

    public override Category Kind => Category.Values;

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("The answer should convey {value}", "Uphold the value of {value}", "Let the text reflect {value}", "Promote {value} in what you write", "Stay in keeping with {value}", "The content has to express {value}")
        .Chinese("内容需体现{value}的价值观", "应传递{value}的理念", "文中要弘扬{value}", "倡导{value}", "符合{value}的价值取向", "整体导向应突出{value}");

    protected override string Parameter => "value";

    protected override IReadOnlyList<string> EnglishTexts { get; } =
        ["respect for others", "honesty", "care for the environment", "fairness", "curiosity", "mutual help", "responsibility"];

    protected override IReadOnlyList<string> ChineseTexts { get; } =
        ["尊重他人", "诚实守信", "保护环境", "公平公正", "勤于思考", "互相帮助", "责任意识"];
}
