using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval.Kinds;

/// <summary>detectable_format:json_format: the trimmed text, without a code fence around it, is JSON as Python's json module reads it.</summary>
internal sealed class JsonFormat : IInstruction
{
    private static readonly string[] s_prefixes = ["```json", "```Json", "```JSON", "```"];

    public string Request => "the whole answer is JSON";

    public static IInstruction Read(InstructionArguments arguments) => new JsonFormat();

    public Finding Check(string text)
    {
        string json = PythonString.Strip(text);
        foreach (string prefix in s_prefixes)
            if (json.StartsWith(prefix, StringComparison.Ordinal))
                json = json[prefix.Length..];
        if (json.EndsWith("```", StringComparison.Ordinal))
            json = json[..^3];
        json = PythonString.Strip(json);
        int? error = PythonJson.FirstError(json);
        return error == null
            ? new Finding(true, "it is JSON")
            : new Finding(false, "it is no JSON from the marked place on", TextParts.From(text, json, error.Value));
    }
}
