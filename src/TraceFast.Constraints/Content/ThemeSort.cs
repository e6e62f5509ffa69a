using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Content;

/// <summary>theme{topic}: what the answer is about.</summary>
public sealed class ThemeSort : TextJudgedSort
{
    public override string Name => "theme";

    public override Category Kind => Category.Theme;

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("The answer must be about {topic}", "Keep to the subject of {topic}", "Write on the theme of {topic}", "Make {topic} the central topic", "Focus on {topic} throughout", "Don't stray from the topic: {topic}")
        .Chinese("内容必须围绕{topic}展开", "以{topic}为主题", "紧扣{topic}这一主题", "文章的中心是{topic}", "全文聚焦于{topic}", "主题为{topic}，不要跑题");

    protected override string Parameter => "topic";

    protected override string DrawText(SamplingContext context) => context.Random.Pick(context.Words);
}
