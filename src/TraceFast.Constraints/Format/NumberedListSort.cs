using TraceFast.Constraints.Counting;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Format;

/// <summary>numbered_list{min,max}: numbered items that stand within no other numbered item; how they are numbered does not matter.</summary>
public sealed class NumberedListSort : CountSort
{
    private static readonly string[] English = ["Use a numbered list with #", "Present the points as a numbered list of #", "Answer with an ordered list that has #"];

    private static readonly string[] Chinese = ["使用编号列表，#", "请用有序列表列出要点，#", "以编号列表的形式呈现，#"];

    public override string Name => "numbered_list";

    public override Category Kind => Category.NumberingAndLists;

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set([.. SortNames.Data, "quoted_whole", .. SortNames.LineForms, "item_count", "nested_list", "no_digits", "separator", "reference_list"]);

    protected override CountUnit Unit { get; } = new("numbered list item", "numbered list items", "个编号列表项", "编号列表项的数量", "编号列表项", CountForm.Inclusion);

    protected override IEnumerable<Wording> MoreWordings { get; } = new WordingList()
        .English(English
            .With("at least {min} {min?item:items}", "{min:words} or more items", "{min} to {max} items", "between {min:words} and {max:words} items"))
        .EnglishWhen("max={min}", English.With("exactly {min} {min?item:items}", "{min:words} {min?item:items}, no more and no fewer"))
        .EnglishWhen("min=1", "Use a numbered list", "Number the points as a list", "Present the answer with an ordered list", "The response should contain a numbered list", "List the points by number", "Include a numbered list")
        .Chinese(Chinese.With("至少{min}条", "不少于{min:words}项", "{min}到{max}条", "共{min:words}至{max:words}项"))
        .ChineseWhen("max={min}", Chinese.With("正好{min}条", "共{min:words}项"))
        .ChineseWhen("min=1", "使用编号列表", "以编号列表的形式呈现", "请用有序列表列出", "采用带序号的列表", "信息呈现需使用编号列表", "用编号列表来组织内容");

    protected override int Count(Response response, TextSpan place) => CountOutermost(response.Markdown.Items, static item => item.IsNumbered);

    protected override (int Low, int High, int Step) Usual(Scope part, Language language) => (2, 6, 1);

    /// <summary>Items of one sort that stand within no other item of it.</summary>
    internal static int CountOutermost(IReadOnlyList<ListItem> items, Func<ListItem, bool> isOne)
    {
        int count = 0;
        foreach (ListItem item in items)
            count += isOne(item) && !IsWithin(items, item, isOne) ? 1 : 0;
        return count;
    }

    /// <summary>Whether one of the items that hold an item is of a sort; lists are a few levels deep, and no deeper than half the width of a line.</summary>
    internal static bool IsWithin(IReadOnlyList<ListItem> items, ListItem item, Func<ListItem, bool> isOne)
    {
        for (int parent = item.Parent; parent >= 0; parent = items[parent].Parent)
        {
            if (isOne(items[parent]))
                return true;
        }

        return false;
    }
}
