using System.Text.Json;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval;

/// <summary>
/// Instructions that a program checks: responses with instruction_id_list and kwargs, scored strictly and loosely as the official scorers
/// of IFEval and IFBench do, which share it.
/// </summary>
public abstract class InstructionBench : IBench
{
    private readonly string _name;
    private readonly Func<string, JsonElement, IInstruction> _read;
    private readonly string? _data;

    /// <param name="name">Of the benchmark.</param>
    /// <param name="read">Reads an instruction by its id and arguments.</param>
    /// <param name="data">
    /// Its input file (key, prompt, instruction_id_list, kwargs), whose records the responses name by "id" or "key", or by "prompt"; null:
    /// the responses are in such records.
    /// </param>
    private protected InstructionBench(string name, Func<string, JsonElement, IInstruction> read, string? data) =>
        (_name, _read, _data) = (name, read, data);

    /// <summary>Whether a record has instructions, of which some id is as is asked.</summary>
    private protected static bool HasInstruction(JsonLine record, Func<string, bool> isWanted) =>
        record.Has("instruction_id_list") && record.Has("kwargs")
        && record.Value("instruction_id_list") is { ValueKind: JsonValueKind.Array } ids
        && ids.EnumerateArray().Any(id => id.ValueKind == JsonValueKind.String && isWanted(id.GetString()!));

    /// <summary>The flags that <c>--per-record</c> wrote; null where the file holds none.</summary>
    public BenchResult? FlagsOf(string path) => InstructionFlagFile.TryRead(_name, path);

    public IReadOnlyList<BenchPrompt> Prompts() =>
        [.. ResponseFile.Read(BenchPrompt.DataOf(_data)).Select(r => BenchPrompt.Of(KeyOf(r), r.Text("prompt")))];

    /// <remarks>A line that cannot be scored (an instruction that does not exist, a missing argument) is reported in
    /// <see cref="BenchResult.Errors"/>.</remarks>
    public Task<BenchResult> ScoreAsync(string responses, CancellationToken interrupt)
    {
        JsonLine[] lines = [.. JsonLines.Read(responses)];
        if (lines.Length == 0)
            throw new InputException(
                $"{responses}: holds no line; one JSON object a line with prompt, response, instruction_id_list and kwargs is expected");
        if (_data is null && !Array.Exists(lines, l => l.Has("instruction_id_list")))
            throw lines[0].Error(
                $"neither a record of {_name} ('instruction_id_list' is missing) nor is its own file named: add --data FILE, or name "
                    + "another benchmark with --bench");
        return Task.FromResult(
            IfEvalMetrics.Of(
                _name,
                [.. Answered(lines).AsParallel().AsOrdered().WithCancellation(interrupt).Select(r => ScoreOrRefuse(r.Record, r.Answer))]));
    }

    private IEnumerable<(JsonLine Record, JsonLine Answer)> Answered(JsonLine[] answers)
    {
        if (_data is null)
            return answers.Select(a => (a, a));
        IReadOnlyList<JsonLine> records = ResponseFile.Read(_data);
        string name = answers[0].Has("id") ? "id" : answers[0].Has("key") ? "key" : "prompt";
        Func<JsonLine, string> ofRecord = name == "prompt" ? r => r.Text("prompt") : KeyOf;
        Func<JsonLine, string> ofAnswer = name == "id" ? a => ResponseFile.IdOrNull(a) ?? throw a.Error("has no 'id'") : ofRecord;
        return records.Zip(ResponseFile.Join(records, ofRecord, answers, ofAnswer, name));
    }

    /// <summary>A number in IFEval's file, a text in IFBench's.</summary>
    private static string KeyOf(JsonLine record) => record.Value("key").ValueKind == JsonValueKind.String
        ? record.Text("key") : record.Integer("key").ToString(CultureInfo.InvariantCulture);

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
        string prompt = line.Text("prompt"), response = _data is null ? line.Text("response") : ResponseFile.TextOf(answer);
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
        return new IfEvalRecord
        {
            Line = line.Line, Prompt = prompt, Response = response, Constraints = constraints, Strict = strict, Loose = loose,
            IsCut = ResponseFile.IsCutOrNull(answer),
            Paraphrase = line.Has("key") && line.Value("key").ValueKind == JsonValueKind.String ? Paraphrase.OfKey(line.Text("key")) : null,
        };
    }

    private (bool Strict, bool Loose, ConstraintResult Result) Score(
        JsonLine line, JsonElement id, JsonElement arguments, string response, Lazy<IReadOnlyList<string>> variants)
    {
        if (id.ValueKind != JsonValueKind.String)
            throw line.Error($"'instruction_id_list' holds {id.GetRawText()}, not a string");
        string type = id.GetString()!;
        try
        {
            IInstruction instruction = _read(type, arguments);
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
