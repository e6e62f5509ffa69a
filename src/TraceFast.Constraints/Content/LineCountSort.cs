using TraceFast.Constraints.Counting;

namespace TraceFast.Constraints.Content;

/// <summary>line_count{min,max}: lines that are not blank, without headings, the title, rules and fences.</summary>
public sealed class LineCountSort : CountSort
{
    public override string Name => "line_count";

    public override Category Kind => Category.Numeric;

    public override IReadOnlyList<Scope> Parts { get; } = [Scope.Whole, Scope.FirstParagraph, Scope.LastParagraph, Scope.EachParagraph];

    protected override CountUnit Unit { get; } = new("line", "lines", "行", "行数", "行", CountForm.Structure);

    protected override int Count(Response response, TextSpan place) => response.CountLines(place);

    protected override (int Low, int High, int Step) Usual(Scope part, Language language) => part == Scope.Whole ? (2, 8, 1) : (1, 4, 1);
}
