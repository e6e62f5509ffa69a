using TraceFast.Constraints.Counting;

namespace TraceFast.Constraints.Content;

/// <summary>paragraph_count{min,max}: paragraphs, without headings and the title.</summary>
public sealed class ParagraphCountSort : CountSort
{
    public override string Name => "paragraph_count";

    public override Kind Kind => Kind.Numeric;

    protected override CountUnit Unit { get; } = new("paragraph", "paragraphs", "段", "段落数", "段落", CountForm.Structure);

    protected override int Count(Response response, Place place) => response.Paragraphs.Count;

    protected override (int Low, int High, int Step) Usual(Part part, Language language) => (1, 4, 1);
}
