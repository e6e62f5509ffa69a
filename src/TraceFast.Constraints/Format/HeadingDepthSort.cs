using TraceFast.Constraints.Counting;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Format;

/// <summary>heading_depth{min,max}: how many different levels of Markdown headings the answer has; # and ### are two.</summary>
public sealed class HeadingDepthSort : CountSort
{
    public override string Name => "heading_depth";

    public override Category Kind => Category.Hierarchy;

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set([.. SortNames.Data, "quoted_whole", "heading_count", "section_headings", "separator"]);

    protected override CountUnit Unit { get; } = new("level of Markdown headings", "levels of Markdown headings", "个Markdown标题层级", "Markdown标题的层级数", "Markdown标题层级", CountForm.Inclusion);

    protected override int Count(Response response, TextSpan place)
    {
        int levels = 0;
        foreach (Heading heading in response.Markdown.Headings)
            levels |= 1 << heading.Level;
        return System.Numerics.BitOperations.PopCount((uint)levels);
    }

    protected override (int Low, int High, int Step) Usual(Scope part, Language language) => (1, 3, 1);
}
