using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Format;

/// <summary>nested_list{depth}: the deepest list item of the answer stands at exactly this level; 1 is a list without any nesting. Contradicted by another depth.</summary>
public sealed class NestedListSort : Sort
{
    private const int Shallowest = 1, Deepest = 3;

    public override string Name => "nested_list";

    public override Category Kind => Category.NumberingAndLists;

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("depth", ParameterType.Integer)];

    public override IReadOnlySet<string> ConflictsWith { get; } =
        SortNames.Set([.. SortNames.Data, "quoted_whole", .. SortNames.LineForms, "item_count", "numbered_list", "bulleted_list", "numbering_style", "separator", "reference_list"]);

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(
            "Use a list that is {depth:words} {depth?level:levels} deep", "The list must have exactly {depth} {depth?level:levels} of items", "Organise the points in a list with {depth:words} {depth?level:levels}",
            "The items of the list should reach a depth of exactly {depth}", "Your list should go {depth} {depth?level:levels} deep, no more and no less", "Structure the answer as a list of {depth:words} {depth?level:levels}")
        .EnglishWhen("depth=1", "Use a flat list without sub-items", "Do not nest the items of the list", "The list must not have any sub-points")
        .EnglishWhen("depth=2", "Use a list with sub-points, but no further levels", "Give list items sub-items, one level deep")
        .Chinese("使用恰好{depth}级的列表", "列表须有{depth:words}个层级", "请用{depth:words}层的列表组织要点", "列表的层级深度为{depth}", "列表恰好分为{depth}层", "采用{depth}层结构的列表来呈现")
        .ChineseWhen("depth=1", "使用不含子项的列表", "列表不要嵌套", "列表中不得有下级条目")
        .ChineseWhen("depth=2", "列表下设子项，但不再细分", "使用带有二级子项的列表");

    public override Verdict Check(Constraint constraint, Response response)
    {
        long asked = constraint.Arguments.Integer("depth");
        int deepest = 0;
        TextSpan? where = null;
        foreach (ListItem item in response.Markdown.Items)
        {
            if (item.Depth > deepest)
                (deepest, where) = (item.Depth, item.Line);
        }

        return Verdict.Of(deepest == asked, deepest == 0 ? "the answer has no list" : $"the list is {deepest} levels deep; asked for {asked}", where);
    }

    public override Constraint Draw(SamplingContext context) => Make(context.Random.Between(Shallowest, Deepest));

    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        long depth = constraint.Arguments.Integer("depth");
        int other = context.Random.Between(Shallowest, Deepest - 1);
        return Make(other >= depth ? other + 1 : other);
    }

    protected override string? Refuse(Arguments arguments) => arguments.Integer("depth") < 1 ? "a list is at least one level deep" : null;

    private Constraint Make(int depth) => new(this, Arguments.Of(("depth", depth)));
}
