using TraceFast.Constraints.Counting;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Format;

/// <summary>
/// bulleted_list{min,max,marker?}: bulleted items that stand within no other bulleted item; with a marker, there is at least one and every bullet is that character.
/// Contradicted by another number or another marker.
/// </summary>
public sealed class BulletedListSort : Sort
{
    private const int Fewest = 2, Most = 6;

    private static readonly string[] Markers = ["-", "*", "•", "+"];

    private static readonly CountUnit Unit = new("bullet point", "bullet points", "个项目符号列表项", "项目符号列表项的数量", "项目符号列表", CountForm.Inclusion);

    public override string Name => "bulleted_list";

    public override Category Kind => Category.NumberingAndLists;

    public override IReadOnlyList<Parameter> Parameters { get; } =
        [new("min", ParameterType.Integer, Required: false), new("max", ParameterType.Integer, Required: false), new("marker", ParameterType.Text, Required: false)];

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set([.. SortNames.Data, "quoted_whole", .. SortNames.LineForms, "item_count", "nested_list", "separator", "reference_list"]);

    public override IReadOnlyList<Wording> Wordings { get; } = MakeWordings();

    public override Verdict Check(Constraint constraint, Response response)
    {
        CountRange range = CountRange.Of(constraint.Arguments);
        string? marker = constraint.Arguments.TextOrNull("marker");
        IReadOnlyList<ListItem> items = response.Markdown.Items;
        foreach (ListItem item in items)
        {
            if (marker is not null && !item.IsNumbered && item.Bullet != marker[0])
                return new(Outcome.Violated, $"a bullet is {item.Bullet}, not {marker}", item.Line);
        }

        int count = NumberedListSort.CountOutermost(items, static item => !item.IsNumbered);
        if (marker is not null && count == 0)
            return new(Outcome.Violated, "the answer has no bulleted list");
        return Verdict.Of(range.Holds(count), $"the answer has {count} bullet points; asked for {range}");
    }

    public override Constraint Draw(SamplingContext context)
    {
        SeededRandom random = context.Random;
        string? marker = random.Chance(0.4) ? random.Pick(Markers) : null;
        return Make(marker is not null && random.Chance(0.3) ? default : CountRange.Draw(random, Fewest, Most), marker);
    }

    public override Constraint Contradict(Constraint constraint, SamplingContext context)
    {
        SeededRandom random = context.Random;
        string? marker = constraint.Arguments.TextOrNull("marker");
        CountRange range = CountRange.Of(constraint.Arguments);
        bool byMarker = marker is not null && (range == default || random.Chance(0.5));
        return byMarker ? Make(range, Drawn.Other(random, Markers, m => m != marker)) : Make(range.DrawApart(random, Fewest, Most), marker);
    }

    protected override string? Refuse(Arguments arguments)
    {
        CountRange range = CountRange.Of(arguments);
        string? marker = arguments.TextOrNull("marker");
        if (marker is not null && (!ListMarker.TryRead(marker + " x", out ListMarker found) || found.Style != MarkerStyle.Bullet))
            return $"\"{marker}\" is no bullet";
        return marker is not null && range == default ? null : range.Fault;
    }

    private static WordingList MakeWordings()
    {
        string[] bare = ["Use a bulleted list", "Present the points as bullet points", "Include a bulleted list", "List the main ideas with bullets", "The response should contain a bulleted list", "Format the answer as a bullet list"];
        string[] marked =
        [
            "Use a bulleted list whose bullets are {marker:quoted}", "Present the points as bullet points marked with {marker:quoted}", "Start every bullet point with {marker:quoted}", "List the main ideas with {marker:quoted} as the bullet",
            "The bullet list must use the marker {marker:quoted}", "Mark the items of the list by {marker:quoted}",
        ];
        string[] ranges = ["at least {min} {min?bullet point:bullet points}", "{min:words} or more bullet points", "at most {max} {max?bullet point:bullet points}", "no more than {max:words} {max?bullet point:bullet points}", "{min} to {max} bullet points", "between {min} and {max} bullet points"];
        string[] exact = ["exactly {min} {min?bullet point:bullet points}", "{min:words} {min?bullet point:bullet points}, no more and no fewer"];
        string[] carriers = ["Use {marker:quoted} as the bullet and write #", "Write #, each marked with {marker:quoted}", "Make a list of #; the bullet is {marker:quoted}"];
        string[] bareChinese = ["使用项目符号列表", "请用项目符号列出要点", "以无序列表的形式呈现", "采用项目符号来组织内容", "回答中应包含无序列表", "用无序列表列出主要内容"];
        string[] markedChinese =
            ["使用以{marker:quoted}为符号的无序列表", "每个列表项以{marker:quoted}开头标记", "请用{marker:quoted}作为项目符号列出要点", "项目符号统一用{marker:quoted}", "无序列表的标记须为{marker:quoted}", "以{marker:quoted}标记列表中的各项"];
        string[] rangesChinese = ["至少{min}项", "不少于{min:words}条", "最多{max}项", "不超过{max:words}条", "{min}到{max}项", "{min:words}至{max:words}条"];
        string[] exactChinese = ["正好{min}项", "恰好{min:words}条"];
        string[] carriersChinese = ["使用以{marker:quoted}为项目符号的列表，#", "请以{marker:quoted}作为项目符号列出要点，#", "列表项用{marker:quoted}标记，#"];
        return new WordingList()
            .Add(CountWordings.Of(Unit, [Scope.Whole], [Language.English, Language.Chinese]))
            .EnglishWhen("min=1", bare).English(marked).English(carriers.With(ranges)).EnglishWhen("max={min}", carriers.With(exact))
            .ChineseWhen("min=1", bareChinese).Chinese(markedChinese).Chinese(carriersChinese.With(rangesChinese)).ChineseWhen("max={min}", carriersChinese.With(exactChinese));
    }

    private Constraint Make(CountRange range, string? marker) => new(this, Arguments.Of(("min", range.Min), ("max", range.Max), ("marker", marker)));
}
