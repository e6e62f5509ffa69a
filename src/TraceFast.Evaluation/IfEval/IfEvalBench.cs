using System.Text.Json;
using TraceFast.Constraints;
using TraceFast.Data;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfEval;

/// <summary>
/// IFEval (Zhou et al. 2023, "Instruction-Following Evaluation for Large Language Models", arXiv 2311.07911): responses with instruction_id_list and kwargs,
/// scored as the official scorer does.
/// </summary>
public sealed class IfEvalBench : IBench
{
    public string Name => "ifeval";

    /// <inheritdoc/>
    /// <remarks>A line that can not be scored (an instruction that does not exist, a missing argument) is reported in <see cref="BenchResult.Errors"/>.</remarks>
    public Task<BenchResult> ScoreAsync(string responses, CancellationToken interrupt)
    {
        List<RecordResult> records = [];
        List<string> errors = [];
        foreach (JsonLine line in JsonLines.Read(responses))
        {
            interrupt.ThrowIfCancellationRequested();
            try
            {
                records.Add(Score(line));
            }
            catch (Exception e) when (e is InputException or RegexBudgetException)
            {
                string error = e.Message.StartsWith($"{responses}:", StringComparison.Ordinal) ? e.Message : line.Error(e.Message).Message;
                errors.Add(error);
                records.Add(new UnscoredRecord { Line = line.Line, Prompt = "", Response = "", Constraints = [], Error = error });
            }
        }
        if (records.Count == 0)
            throw new InputException($"{responses}: holds no line; one JSON object a line with prompt, response, instruction_id_list and kwargs is expected");
        return Task.FromResult(Result(records, errors));
    }

    /// <summary>Scores one response.</summary>
    /// <exception cref="InputException">A key is missing or wrong; names file and line.</exception>
    private static IfEvalRecord Score(JsonLine line)
    {
        string prompt = line.Text("prompt"), response = line.Text("response");
        JsonElement ids = List(line, "instruction_id_list"), kwargs = List(line, "kwargs");
        if (ids.GetArrayLength() == 0)
            throw line.Error("'instruction_id_list' is empty; at least one instruction is expected");
        if (ids.GetArrayLength() != kwargs.GetArrayLength())
            throw line.Error($"{ids.GetArrayLength()} instructions but {kwargs.GetArrayLength()} kwargs; one object of arguments for each instruction is expected");

        int count = ids.GetArrayLength();
        bool[] strict = new bool[count], loose = new bool[count];
        ConstraintResult[] constraints = new ConstraintResult[count];
        Lazy<IReadOnlyList<string>> variants = new(() => InstructionScorer.Variants(response));
        for (int i = 0; i < count; i++)
        {
            string id = ids[i].ValueKind == JsonValueKind.String ? ids[i].GetString()! : throw line.Error($"'instruction_id_list' holds {ids[i].GetRawText()}, not a string");
            IInstruction instruction = InstructionKinds.Read(id, kwargs[i]);
            Finding finding = InstructionScorer.Strict(instruction, response);
            strict[i] = finding.IsFollowed;
            loose[i] = strict[i] || InstructionScorer.Loose(instruction, variants.Value);
            string reason = !strict[i] && loose[i] ? $"{finding.Reason} (obeyed under the loose reading)" : finding.Reason;
            constraints[i] = new ConstraintResult(id, instruction.Request, strict[i] ? Outcome.Obeyed : Outcome.Violated, reason, finding.Places);
        }
        return new IfEvalRecord { Line = line.Line, Prompt = prompt, Response = response, Constraints = constraints, Strict = strict, Loose = loose };
    }

    private static JsonElement List(JsonLine line, string key)
    {
        JsonElement value = line.Value(key);
        return value.ValueKind == JsonValueKind.Array ? value : throw line.Error($"'{key}' is no list");
    }

    private static BenchResult Result(List<RecordResult> records, List<string> errors)
    {
        List<(int Unit, IfEvalRecord Record)> scored = [.. records.Index().Where(r => r.Item is IfEvalRecord).Select(r => (r.Index, (IfEvalRecord)r.Item))];
        return new BenchResult
        {
            Bench = "ifeval",
            Counts = [("prompts", scored.Count), ("instructions", scored.Sum(r => r.Record.Strict.Count))],
            Metrics =
            [
                Prompts("prompt_strict", scored, r => r.Strict), Prompts("prompt_loose", scored, r => r.Loose),
                Instructions("instruction_strict", null, scored, r => r.Strict, _ => true), Instructions("instruction_loose", null, scored, r => r.Loose, _ => true),
            ],
            Breakdowns = [By("group", scored, id => id[..id.IndexOf(':')]), By("kind", scored, id => id)],
            Records = records,
            Errors = errors,
        };
    }

    private static Metric Prompts(string name, List<(int Unit, IfEvalRecord Record)> records, Func<IfEvalRecord, IReadOnlyList<bool>> flags) =>
        new(name, [.. records.Select(r => new Observation(r.Unit, flags(r.Record).All(f => f) ? 1 : 0, 1))]);

    private static Metric Instructions(string name, string? part, List<(int Unit, IfEvalRecord Record)> records, Func<IfEvalRecord, IReadOnlyList<bool>> flags, Func<string, bool> counts)
    {
        List<Observation> observations = [];
        foreach ((int unit, IfEvalRecord record) in records)
        {
            bool[] of = [.. flags(record).Where((_, i) => counts(record.Constraints[i].Kind))];
            if (of.Length > 0)
                observations.Add(new Observation(unit, of.Count(f => f), of.Length));
        }
        return new Metric(name, observations) { Part = part };
    }

    private static Breakdown By(string name, List<(int Unit, IfEvalRecord Record)> records, Func<string, string> partOf)
    {
        IEnumerable<string> parts = records.SelectMany(r => r.Record.Constraints).Select(c => partOf(c.Kind)).Distinct().Order(StringComparer.Ordinal);
        return new Breakdown(name, [.. parts.SelectMany(part => new[]
        {
            Instructions("strict", part, records, r => r.Strict, id => partOf(id) == part),
            Instructions("loose", part, records, r => r.Loose, id => partOf(id) == part),
        })]);
    }
}
