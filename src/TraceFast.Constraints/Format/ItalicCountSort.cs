using TraceFast.Constraints.Counting;

namespace TraceFast.Constraints.Format;

/// <summary>italic_count{min,max}: stretches of text in * or _.</summary>
public sealed class ItalicCountSort : CountSort
{
    public override string Name => "italic_count";

    public override Category Kind => Category.TextStyle;

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set(SortNames.Data);

    protected override CountUnit Unit { get; } = new("phrase in italics", "phrases in italics", "处斜体文字", "斜体文字的数量", "斜体文字", CountForm.Inclusion);

    protected override int Count(Response response, TextSpan place) => response.Markdown.Italic.Count;

    protected override (int Low, int High, int Step) Usual(Scope part, Language language) => (1, 5, 1);
}
