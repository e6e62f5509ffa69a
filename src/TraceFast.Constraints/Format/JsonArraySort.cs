using System.Text.Json;
using TraceFast.Constraints.Counting;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Format;

/// <summary>json_array{min,max}: the answer is one JSON array with that many elements. Contradicted by another number of elements.</summary>
public sealed class JsonArraySort : DataFormatSort
{
    private const int Fewest = 2, Most = 8;

    public override string Name => "json_array";

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("min", ParameterType.Integer, Required: false), new("max", ParameterType.Integer, Required: false)];

    private static readonly string[] English =
    [
        "Answer with a JSON array of #", "Your entire output must be a JSON array with #", "Return nothing but valid JSON: an array of #", "Format the response as a JSON list that holds #",
        "Write the whole answer as one JSON array; it must have #", "Output only a JSON array containing #",
    ];

    private static readonly string[] Chinese =
        ["请以JSON数组的形式输出，#元素", "输出必须是一个JSON数组，包含#元素", "整个回答为JSON数组，其中#元素", "只输出一个合法的JSON数组，要有#元素", "结果用JSON列表给出，#元素", "回答采用JSON数组格式，应有#元素"];

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(English.With("at least {min} {min?element:elements}", "{min} or more elements", "at most {max} {max?element:elements}", "no more than {max:words} {max?element:elements}",
            "{min} to {max} elements", "between {min:words} and {max:words} elements"))
        .EnglishWhen("max={min}", English.With("exactly {min} {min?element:elements}", "precisely {min:words} {min?element:elements}"))
        .Chinese(Chinese.With("至少{min}个", "不少于{min:words}个", "最多{max}个", "不超过{max:words}个", "{min}到{max}个", "{min:words}至{max:words}个"))
        .ChineseWhen("max={min}", Chinese.With("恰好{min}个", "正好{min:words}个"));

    public override Verdict Check(Constraint constraint, Response response)
    {
        using JsonDocument? document = JsonText.Parse(response, '[', out string fault);
        if (document is null)
            return new(Outcome.Violated, fault);
        CountRange range = CountRange.Of(constraint.Arguments);
        int elements = document.RootElement.GetArrayLength();
        return Verdict.Of(range.Holds(elements), $"the JSON array has {elements} elements; asked for {range}");
    }

    public override Constraint Draw(SamplingContext context) => new(this, CountRange.Draw(context.Random, Fewest, Most).ToArguments());

    public override Constraint Contradict(Constraint constraint, SamplingContext context) => new(this, CountRange.Of(constraint.Arguments).DrawApart(context.Random, Fewest, Most).ToArguments());

    protected override string? Refuse(Arguments arguments) => CountRange.Of(arguments).Fault;
}
