using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Style;

/// <summary>emotion{emotion}: the feeling that the answer expresses.</summary>
public sealed class EmotionSort : TextJudgedSort
{
    public override string Name => "emotion";

    public override Category Kind => Category.Emotion;

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Express {emotion}", "Let {emotion} show in the text", "The text should convey {emotion}", "Write with {emotion}", "A feeling of {emotion} should come across", "The mood of the answer is {emotion}")
        .Chinese("表达出{emotion}", "字里行间流露{emotion}", "内容应传达{emotion}", "带着{emotion}来写", "让读者感受到{emotion}", "整体情感基调为{emotion}");

    protected override string Parameter => "emotion";

    protected override IReadOnlyList<string> EnglishTexts { get; } =
        ["calm", "interest", "appreciation", "quiet joy", "confidence", "warmth"];

    protected override IReadOnlyList<string> ChineseTexts { get; } =
        ["平静", "兴趣", "赞赏", "喜悦", "自信", "温暖"];
}
