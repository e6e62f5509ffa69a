using TraceFast.Constraints.Counting;

namespace TraceFast.Constraints.Content;

/// <summary>line_count{min,max}: lines that are not blank, without headings, the title, rules and fences.</summary>
public sealed class LineCountSort : CountSort
{
    public override string Name => "line_count";

    public override Kind Kind => Kind.Numeric;

    public override IReadOnlyList<Part> Parts { get; } = [Part.Whole, Part.FirstParagraph, Part.LastParagraph, Part.EachParagraph];

    protected override CountUnit Unit { get; } = new("line", "lines", "行", "行数", "行", CountForm.Structure);

    protected override int Count(Response response, Place place) => response.CountLines(place);

    protected override (int Low, int High, int Step) Usual(Part part, Language language) => part == Part.Whole ? (2, 8, 1) : (1, 4, 1);
}
