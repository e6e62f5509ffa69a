using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Situation;

/// <summary>text_background{text}: a passage that the answer has to fit.</summary>
public sealed class TextBackgroundSort : TextJudgedSort
{
    public override string Name => "text_background";

    public override Category Kind => Category.TextBackground;

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Background: {text}", "Keep this in mind: {text}", "The following is known: {text}", "Take this passage as background: {text}", "Here is some context: {text}", "The answer must fit this situation: {text}")
        .Chinese("背景信息：{text}", "请结合以下背景：{text}", "已知情况如下：{text}", "相关背景为：{text}", "请参考这段文字：{text}", "内容需符合以下情境：{text}");

    protected override string Parameter => "text";

    protected override IReadOnlyList<string> EnglishTexts { get; } =
        ["our town paper prints one short text a week for people who like to learn something new", "the school keeps a wall on which pupils pin short texts about what they see", "a small museum wants short texts beside its showcases", "the club sends its members a letter every month", "a radio station reads short texts between two songs", "the library puts a text of the day on its door"];

    protected override IReadOnlyList<string> ChineseTexts { get; } =
        ["我们的社区小报每周刊登一篇短文，供喜欢了解新事物的读者阅读", "学校有一面展示墙，学生会把短文贴在上面", "一家小型博物馆需要在展柜旁放置简短的说明", "俱乐部每月给会员寄一封信", "电台会在两首歌之间朗读一段短文", "图书馆每天在门口张贴一篇短文"];
}
