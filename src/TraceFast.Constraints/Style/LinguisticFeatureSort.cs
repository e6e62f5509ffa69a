using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Style;

/// <summary>linguistic_feature{feature}: a trait of the language used.</summary>
public sealed class LinguisticFeatureSort : TextJudgedSort
{
    public override string Name => "linguistic_feature";

    public override Category Kind => Category.LinguisticFeature;

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English("Use {feature}", "The language should feature {feature}", "Write with {feature}", "Make use of {feature}", "Your wording needs {feature}", "Work in {feature}")
        .Chinese("语言上使用{feature}", "多用{feature}", "行文需采用{feature}", "表达时运用{feature}", "句子要体现{feature}", "注意使用{feature}");

    protected override string Parameter => "feature";

    protected override IReadOnlyList<string> EnglishTexts { get; } =
        ["short sentences", "simple words", "concrete nouns", "the active voice", "the present tense", "clear statements"];

    protected override IReadOnlyList<string> ChineseTexts { get; } =
        ["短句", "简单的词语", "具体的名词", "主动句", "陈述句", "通俗的表达"];
}
