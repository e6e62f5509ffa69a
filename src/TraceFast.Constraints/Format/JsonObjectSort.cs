using System.Text.Json;
using TraceFast.Constraints.Sampling;
using TraceFast.Constraints.Phrases;

namespace TraceFast.Constraints.Format;

/// <summary>json_object{keys[]}: the answer is one JSON object with these keys at its top, in any order; others may stand beside them. Contradicted by json_array.</summary>
public sealed class JsonObjectSort : DataFormatSort
{
    public override string Name => "json_object";

    public override IReadOnlyList<Parameter> Parameters { get; } = [new("keys", ParameterType.Texts)];

    public override IReadOnlyList<Wording> Wordings { get; } = new WordingList()
        .English(
            "Answer with a JSON object that has the {keys?key:keys} {keys:list}",
            "Your entire output must be a JSON object containing the {keys?key:keys} {keys:list}",
            "Return nothing but valid JSON: an object with the {keys?field:fields} {keys:list}",
            "Format the response as a JSON object with {keys:list} as {keys?key:keys}",
            "Give the result as JSON with the following {keys?key:keys}: {keys:plain}",
            "The response should be a single JSON object whose keys include {keys:list}",
            "Write the whole answer as one JSON object; the {keys?key:keys} {keys:list} must be present",
            "Output only a JSON object (required {keys?key:keys}: {keys:plain})")
        .Chinese(
            "请以JSON对象的形式输出，包含键{keys:list}",
            "输出必须是一个JSON对象，字段包括{keys:list}",
            "结果以JSON格式返回，结构应包含{keys:list}字段",
            "整个回答用JSON格式给出，须有以下字段：{keys:plain}",
            "只输出一个合法的JSON对象，键为{keys:list}",
            "请用JSON对象作答，其中要有{keys:list}这些键",
            "回答采用JSON格式，必须含有{keys:list}",
            "输出格式为JSON对象，必备字段：{keys:plain}");

    public override Verdict Check(Constraint constraint, Response response)
    {
        using JsonDocument? document = JsonText.Parse(response, '{', out string fault);
        if (document is null)
            return new(Outcome.Violated, fault);
        foreach (string key in constraint.Arguments.Texts("keys"))
        {
            if (!document.RootElement.TryGetProperty(key, out _))
                return new(Outcome.Violated, $"the JSON object has no key \"{key}\"");
        }

        return new(Outcome.Obeyed, "the answer is a JSON object with the keys asked for");
    }

    public override Constraint Draw(SamplingContext context) => new(this, Arguments.Of(("keys", Drawn.Several(context.Random, Vocabulary.Keys(context.Language), 2, 5))));

    public override Constraint Contradict(Constraint constraint, SamplingContext context) => Sorts.Get("json_array").Draw(context);
}
