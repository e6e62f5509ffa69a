using TraceFast.Constraints.Counting;

namespace TraceFast.Constraints.Format;

/// <summary>bold_count{min,max}: stretches of text in ** or __.</summary>
public sealed class BoldCountSort : CountSort
{
    public override string Name => "bold_count";

    public override Category Kind => Category.TextStyle;

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set([.. SortNames.Data, "highlighted"]);

    protected override CountUnit Unit { get; } = new("phrase in bold", "phrases in bold", "处加粗文字", "加粗文字的数量", "加粗文字", CountForm.Inclusion);

    protected override int Count(Response response, TextSpan place) => response.Markdown.Bold.Count;

    protected override (int Low, int High, int Step) Usual(Scope part, Language language) => (1, 5, 1);
}
