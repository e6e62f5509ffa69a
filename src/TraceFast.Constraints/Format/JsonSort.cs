using System.Text.Json;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Format;

/// <summary>json{}: the answer is one JSON object or array, whatever is in it. Contradicted by csv, whose header row is no JSON.</summary>
public sealed class JsonSort : DataFormatSort
{
    public override string Name => "json";

    public override IReadOnlyList<Parameter> Parameters { get; } = [];

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(
            "Format the whole answer as JSON", "Your entire output must be valid JSON", "Answer in JSON format only", "Return nothing but valid JSON",
            "The response should be in JSON format", "Output the result as JSON and nothing else", "Put your entire answer in JSON format")
        .Chinese("请以JSON格式输出", "输出必须是合法的JSON", "结果以JSON格式返回", "整个回答采用JSON格式", "只输出合法的JSON", "请用JSON格式作答", "输出格式为JSON");

    public override Verdict Check(Constraint constraint, Response response)
    {
        using JsonDocument? document = JsonText.Parse(response, Payload.Of(response) is ['{', ..] ? '{' : '[', out string fault);
        return Verdict.Of(document is not null, document is null ? fault : "the answer is valid JSON");
    }

    public override Constraint Draw(SamplingContext context) => new(this, Arguments.None);

    public override Constraint Contradict(Constraint constraint, SamplingContext context) => Sorts.Get("csv").Draw(context);
}
