using TraceFast.Constraints.Counting;

namespace TraceFast.Constraints.Content;

/// <summary>item_count{min,max}: items of all lists, numbered or bulleted, nested ones too.</summary>
public sealed class ItemCountSort : CountSort
{
    public override string Name => "item_count";

    public override Category Kind => Category.Numeric;

    protected override CountUnit Unit { get; } = new("list item", "list items", "个列表项", "列表项数量", "列表", CountForm.Structure);

    protected override int Count(Response response, TextSpan place) => response.Items.Count;

    protected override (int Low, int High, int Step) Usual(Scope part, Language language) => (2, 8, 1);
}
