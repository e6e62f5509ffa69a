using TraceFast.Constraints.Counting;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Format;

/// <summary>link_count{min,max}: Markdown links and bare addresses; images are none.</summary>
public sealed class LinkCountSort : CountSort
{
    public override string Name => "link_count";

    public override Category Kind => Category.Citation;

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set([.. SortNames.Data, "no_contact_details"]);

    protected override CountUnit Unit { get; } = new("link", "links", "个链接", "链接的数量", "链接", CountForm.Inclusion);

    protected override int Count(Response response, TextSpan place)
    {
        int count = 0;
        foreach (Link link in response.Markdown.Links)
            count += link.IsImage ? 0 : 1;
        return count;
    }

    protected override (int Low, int High, int Step) Usual(Scope part, Language language) => (1, 3, 1);
}
