using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Format;

/// <summary>highlighted{words[]}: each word stands in bold at least once, alone or with others, letter case aside. Contradicted by no bold at all.</summary>
public sealed class HighlightedSort : Sort
{
    public override string Name => "highlighted";

    public override Category Kind => Category.TextStyle;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("words", ParameterType.Texts)];

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set([.. SortNames.Data, "bold_count"]);

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(
            "Put the {words?word:words} {words:list} in bold", "Highlight {words:list} in bold", "Mark {words:list} with **bold**", "The {words?term:terms} {words:list} should appear in bold",
            "Use bold type for {words:list}", "Make the {words?word:words} {words:list} stand out in bold", "Set {words:list} in bold at least once")
        .Chinese(
            "请将{words:list}加粗", "{words:list}须以粗体显示", "用**加粗**的方式突出{words:list}", "对{words:list}进行加粗标记", "使用粗体强调{words:list}", "文中的{words:list}要用粗体标出", "把{words:list}用加粗字体突出显示");

    public override Verdict Check(Constraint constraint, Response response)
    {
        foreach (string word in constraint.Arguments.Texts("words"))
        {
            bool found = false;
            foreach (TextSpan place in response.Markdown.Bold)
                found |= !found && response.Span(place).Contains(word, StringComparison.OrdinalIgnoreCase);
            if (!found)
                return new(Outcome.Violated, $"\"{word}\" does not stand in bold");
        }

        return new(Outcome.Obeyed, "the words asked for stand in bold");
    }

    public override Constraint Draw(SamplingContext context) => new(this, Arguments.Of(("words", Drawn.Several(context.Random, context.Words, 1, 2))));

    public override Constraint Contradict(Constraint constraint, SamplingContext context) => new(Sorts.Get("bold_count"), Arguments.Of(("max", 0)));

    public override IEnumerable<string> MustContain(Constraint constraint) => constraint.Arguments.Texts("words");
}
