using TraceFast.Constraints.Counting;

namespace TraceFast.Constraints.Content;

/// <summary>paragraph_count{min,max}: paragraphs, without headings and the title.</summary>
public sealed class ParagraphCountSort : CountSort
{
    public override string Name => "paragraph_count";

    public override Category Kind => Category.Numeric;

    protected override CountUnit Unit { get; } = new("paragraph", "paragraphs", "段", "段落数", "段落", CountForm.Structure);

    protected override int Count(Response response, TextSpan place) => response.Paragraphs.Count;

    protected override (int Low, int High, int Step) Usual(Scope part, Language language) => (1, 4, 1);
}
