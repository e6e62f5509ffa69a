using TraceFast.Constraints.Counting;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;
using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Format;

/// <summary>heading_count{min,max,level?}: Markdown headings (#), of one level (1 to 6) or of any. Contradicted by another number of the same headings.</summary>
public sealed class HeadingCountSort : Sort
{
    private const int Fewest = 1, Most = 5;

    private static readonly Language[] Both = [Language.English, Language.Chinese];

    private static readonly (string English, string Chinese)[] Levels = [("first-level", "一级"), ("second-level", "二级"), ("third-level", "三级"), ("fourth-level", "四级"), ("fifth-level", "五级"), ("sixth-level", "六级")];

    public override string Name => "heading_count";

    public override Category Kind => Category.Hierarchy;

    public override IReadOnlyList<Parameter> Parameters { get; } =
        [new("min", ParameterType.Integer, Required: false), new("max", ParameterType.Integer, Required: false), new("level", ParameterType.Integer, Required: false)];

    public override IReadOnlySet<string> ConflictsWith { get; } = SortNames.Set([.. SortNames.Data, "quoted_whole", "heading_depth", "section_headings", "separator"]);

    public override IReadOnlyList<Wording> Wordings { get; } = MakeWordings();

    public override Verdict Check(Constraint constraint, Response response)
    {
        CountRange range = CountRange.Of(constraint.Arguments);
        long? level = constraint.Arguments.IntegerOrNull("level");
        int count = 0;
        foreach (Heading heading in response.Markdown.Headings)
            count += level is null || heading.Level == level ? 1 : 0;
        return Verdict.Of(range.Holds(count), $"the answer has {count} headings{(level is null ? "" : $" of level {level}")}; asked for {range}");
    }

    public override Constraint Draw(SamplingContext context)
    {
        CountRange range = CountRange.Draw(context.Random, Fewest, Most);
        return Make(range, context.Random.Chance(0.4) ? context.Random.Between(1, 3) : null);
    }

    public override Constraint Contradict(Constraint constraint, SamplingContext context) =>
        Make(CountRange.Of(constraint.Arguments).DrawApart(context.Random, Fewest, Most), constraint.Arguments.IntegerOrNull("level"));

    protected override string? Refuse(Arguments arguments) =>
        arguments.IntegerOrNull("level") is < 1 or > 6 ? $"level {arguments.Integer("level")}: headings have levels 1 to 6" : CountRange.Of(arguments).Fault;

    private static WordingList MakeWordings()
    {
        WordingList list = new WordingList()
            .Add(CountWordings.Of(new("Markdown heading", "Markdown headings", "个Markdown标题", "Markdown标题的数量", "Markdown标题", CountForm.Inclusion), [Scope.Whole], Both))
            .EnglishWhen("min=1", "Use Markdown headings", "Structure the text with headings", "Divide the answer by Markdown headings")
            .ChineseWhen("min=1", "使用Markdown标题划分内容", "请用标题组织内容", "用Markdown标题构建结构");
        for (int level = 1; level <= Levels.Length; level++)
        {
            (string english, string chinese) = Levels[level - 1];
            CountUnit unit = new($"{english} Markdown heading", $"{english} Markdown headings", $"个{chinese}Markdown标题", $"{chinese}Markdown标题的数量", $"{chinese}Markdown标题", CountForm.Inclusion);
            string said = $"level={level}";
            list.Add(CountWordings.Of(unit, [Scope.Whole], Both).Select(w => w with { When = w.When.Length == 0 ? said : $"{w.When};{said}" }));
        }

        return list;
    }

    private Constraint Make(CountRange range, long? level) => new(this, Arguments.Of(("min", range.Min), ("max", range.Max), ("level", level)));
}
