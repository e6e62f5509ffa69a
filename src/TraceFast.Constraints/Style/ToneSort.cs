using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Style;

/// <summary>tone{tone}: the tone of voice.</summary>
public sealed class ToneSort : TextJudgedSort
{
    public override string Name => "tone";

    public override Category Kind => Category.Tone;

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("The tone should be {tone}", "Keep the tone {tone}", "Your wording has to sound {tone}", "Tone of voice: {tone}", "Make the style {tone}", "I want it to read as {tone}")
        .Chinese("语气要{tone}", "采用{tone}的语气", "文风{tone}", "语言风格应当{tone}", "请保持{tone}的语气", "以{tone}的风格撰写");

    protected override string Parameter => "tone";

    protected override IReadOnlyList<string> EnglishTexts { get; } =
        ["plain", "neutral", "informative", "friendly", "factual", "calm"];

    protected override IReadOnlyList<string> ChineseTexts { get; } =
        ["平实", "中立", "客观", "亲切", "朴素", "平和"];
}
