using System.Text.Json;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval;

/// <summary>
/// IFEval (Zhou et al. 2023, "Instruction-Following Evaluation for Large Language Models", arXiv 2311.07911): responses with
/// instruction_id_list and kwargs, scored as the official scorer does.
/// </summary>
/// <param name="data">
/// IFEval's input file (key, prompt, instruction_id_list, kwargs), whose records the responses name by "id" or "key", or by "prompt"; null:
/// the responses are in such records.
/// </param>
public sealed class IfEvalBench(string? data = null) : IBench
{
    public static BenchInfo Info { get; } = new(
        "ifeval", settings => new IfEvalBench(settings.Data), path => new IfEvalBench(path).Prompts(),
        r => r.Has("instruction_id_list") && r.Has("kwargs"));

    public IReadOnlyList<BenchPrompt> Prompts() =>
        [.. ResponseFile.Read(BenchPrompt.DataOf(data)).Select(r => BenchPrompt.Of(KeyOf(r), r.Text("prompt")))];

    /// <remarks>A line that cannot be scored (an instruction that does not exist, a missing argument) is reported in
    /// <see cref="BenchResult.Errors"/>.</remarks>
    public Task<BenchResult> ScoreAsync(string responses, CancellationToken interrupt)
    {
        JsonLine[] lines = [.. JsonLines.Read(responses)];
        if (lines.Length == 0)
            throw new InputException(
                $"{responses}: holds no line; one JSON object a line with prompt, response, instruction_id_list and kwargs is expected");
        if (data is null && !Array.Exists(lines, l => l.Has("instruction_id_list")))
            throw lines[0].Error(
                "neither a record of IFEval ('instruction_id_list' is missing) nor is IFEval's own "
                    + "file named: add --data FILE, or name another benchmark with --bench");
        return Task.FromResult(
            IfEvalMetrics.Of(
                [.. Answered(lines).AsParallel().AsOrdered().WithCancellation(interrupt).Select(r => ScoreOrRefuse(r.Record, r.Answer))]));
    }

    private IEnumerable<(JsonLine Record, JsonLine Answer)> Answered(JsonLine[] answers)
    {
        if (data is null)
            return answers.Select(a => (a, a));
        IReadOnlyList<JsonLine> records = ResponseFile.Read(data);
        string name = answers[0].Has("id") ? "id" : answers[0].Has("key") ? "key" : "prompt";
        Func<JsonLine, string> ofRecord = name == "prompt" ? r => r.Text("prompt") : KeyOf;
        Func<JsonLine, string> ofAnswer = name == "id" ? a => ResponseFile.IdOrNull(a) ?? throw a.Error("has no 'id'") : ofRecord;
        return records.Zip(ResponseFile.Join(records, ofRecord, answers, ofAnswer, name));
    }

    private static string KeyOf(JsonLine record) => record.Integer("key").ToString(CultureInfo.InvariantCulture);

    private RecordResult ScoreOrRefuse(JsonLine line, JsonLine answer)
    {
        try
        {
            return Score(line, answer);
        }
        catch (InputException e)
        {
            return new UnscoredRecord { Line = line.Line, Prompt = "", Response = "", Constraints = [], Error = e.Message };
        }
    }

    /// <summary>Scores one response.</summary>
    /// <exception cref="InputException">A key is missing or wrong; names file and line.</exception>
    private IfEvalRecord Score(JsonLine line, JsonLine answer)
    {
        string prompt = line.Text("prompt"), response = data is null ? line.Text("response") : ResponseFile.TextOf(answer);
        JsonElement[] ids = List(line, "instruction_id_list"), kwargs = List(line, "kwargs");
        if (ids.Length == 0)
            throw line.Error("'instruction_id_list' is empty; at least one instruction is expected");
        if (ids.Length != kwargs.Length)
            throw line.Error(
                $"{ids.Length} instructions but {kwargs.Length} kwargs; one object of arguments for each instruction is expected");

        bool[] strict = new bool[ids.Length], loose = new bool[ids.Length];
        ConstraintResult[] constraints = new ConstraintResult[ids.Length];
        Lazy<IReadOnlyList<string>> variants = new(() => InstructionScorer.Variants(response));
        for (int i = 0; i < ids.Length; i++)
            (strict[i], loose[i], constraints[i]) = Score(line, ids[i], kwargs[i], response, variants);
        return new IfEvalRecord { Line = line.Line, Prompt = prompt, Response = response, Constraints = constraints, Strict = strict,
            Loose = loose };
    }

    private static (bool Strict, bool Loose, ConstraintResult Result) Score(
        JsonLine line, JsonElement id, JsonElement arguments, string response, Lazy<IReadOnlyList<string>> variants)
    {
        if (id.ValueKind != JsonValueKind.String)
            throw line.Error($"'instruction_id_list' holds {id.GetRawText()}, not a string");
        string type = id.GetString()!;
        try
        {
            IInstruction instruction = Instructions.Read(type, arguments);
            Finding finding = InstructionScorer.Strict(instruction, response);
            bool loose = finding.IsFollowed || InstructionScorer.Loose(instruction, variants.Value);
            string reason = loose && !finding.IsFollowed ? $"{finding.Reason} (obeyed under the loose reading)" : finding.Reason;
            return (finding.IsFollowed, loose,
                new ConstraintResult(
                    type, instruction.Request, finding.IsFollowed ? Outcome.Obeyed : Outcome.Violated, reason, finding.Places));
        }
        catch (Exception e) when (e is InputException or RegexBudgetException)
        {
            throw line.Error(e is InputException ? e.Message : $"{type}: {e.Message}");
        }
    }

    private static JsonElement[] List(JsonLine line, string key)
    {
        JsonElement value = line.Value(key);
        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : throw line.Error($"'{key}' is not a list");
    }
}
