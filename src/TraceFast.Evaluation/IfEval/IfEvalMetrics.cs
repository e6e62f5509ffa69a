namespace TraceFast.Evaluation.IfEval;

/// <summary>
/// Prompt-level accuracy (all instructions of a prompt), instruction-level accuracy (the mean over all instructions), strict and loose; the latter by group (the id before
/// its colon) and by kind. Plain ratios (google-research, instruction_following_eval, evaluation_lib.py, print_report).
/// </summary>
internal static class IfEvalMetrics
{
    /// <param name="records">Scored ones and lines that could not be.</param>
    public static BenchResult Of(IReadOnlyList<RecordResult> records)
    {
        (int Unit, IfEvalRecord Record)[] scored = [.. records.Index().Where(r => r.Item is IfEvalRecord).Select(r => (r.Index, (IfEvalRecord)r.Item))];
        return new BenchResult
        {
            Bench = "ifeval",
            Counts = [("prompts", scored.Length), ("instructions", scored.Sum(r => r.Record.Strict.Count))],
            Metrics =
            [
                Prompts("prompt_strict", scored, r => r.Strict), Prompts("prompt_loose", scored, r => r.Loose),
                Instructions("instruction_strict", null, scored, r => r.Strict, (_, _) => true), Instructions("instruction_loose", null, scored, r => r.Loose, (_, _) => true),
            ],
            Breakdowns = [By("group", scored, id => id[..id.IndexOf(':')]), By("kind", scored, id => id)],
            Records = records,
            Errors = [.. records.OfType<UnscoredRecord>().Select(r => r.Error)],
        };
    }

    private static Metric Prompts(string name, (int Unit, IfEvalRecord Record)[] records, Func<IfEvalRecord, IReadOnlyList<bool>> flags) =>
        new(name, [.. records.Select(r => new Observation(r.Unit, flags(r.Record).All(f => f) ? 1 : 0, 1))]);

    private static Metric Instructions(
        string name, string? part, (int Unit, IfEvalRecord Record)[] records, Func<IfEvalRecord, IReadOnlyList<bool>> flags, Func<IfEvalRecord, int, bool> counts)
    {
        List<Observation> observations = [];
        foreach ((int unit, IfEvalRecord record) in records)
        {
            bool[] of = [.. flags(record).Where((_, i) => counts(record, i))];
            if (of.Length > 0)
                observations.Add(new Observation(unit, of.Count(f => f), of.Length));
        }
        return new Metric(name, observations) { Part = part };
    }

    private static Breakdown By(string name, (int Unit, IfEvalRecord Record)[] records, Func<string, string> partOf)
    {
        IEnumerable<string> parts = records.SelectMany(r => r.Record.Constraints).Select(c => partOf(c.Kind)).Distinct().Order(StringComparer.Ordinal);
        return new Breakdown(name, [.. parts.SelectMany(part => new[]
        {
            Instructions("strict", part, records, r => r.Strict, (r, i) => partOf(r.Constraints[i].Kind) == part),
            Instructions("loose", part, records, r => r.Loose, (r, i) => partOf(r.Constraints[i].Kind) == part),
        })]);
    }
}
