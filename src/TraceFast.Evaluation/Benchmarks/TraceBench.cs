using System.Globalization;
using TraceFast.Constraints;
using TraceFast.Constraints.Recognition;
using TraceFast.Endpoint.Asking;
using TraceFast.Evaluation.Judging;
using TraceFast.Evaluation.Responses;

namespace TraceFast.Evaluation.Benchmarks;

/// <summary>
/// TRACE (arXiv 2411.06208, section 5): IF-S and IF-M. A constraint's line that states exact sorts only is checked by program, every other
/// one by the judge: on its own, or all of a record's in one call.
/// </summary>
/// <param name="settings">Judge, data, places.</param>
/// <param name="whole">True: one call for all of a record's constraints; false: one call for each.</param>
public sealed class TraceBench(JudgeSettings settings, bool whole) : IBench
{
    public string Name => "trace";

    public IReadOnlyList<BenchPrompt> Prompts() => TraceReader.Prompts(BenchPrompt.DataOf(settings.Data));

    public async Task<BenchResult> ScoreAsync(string responses, CancellationToken interrupt)
    {
        IReadOnlyList<TraceRecord> records = TraceReader.Read(responses, settings.Data);
        JudgedRecord[] judged = await RecordLoop.RunAsync(
            records, settings.MaxConcurrency, (r, _, cancel) => JudgeAsync(r, cancel), settings.Progress, interrupt).ConfigureAwait(false);
        return new BenchResult
        {
            Bench = Name,
            Metrics = TraceScores.Metrics(judged),
            Breakdowns = TraceScores.Breakdowns(judged, records),
            Records = judged,
            Judgements = JudgeFacts.Sum(judged),
            AllowedUnjudged = settings.AllowedUnjudged,
            Facts = [.. JudgeFacts.Of(judged, settings), .. UnknownLabels(records)],
        };
    }

    private async Task<JudgedRecord> JudgeAsync(TraceRecord record, CancellationToken cancel)
    {
        Response response = new(record.Response);
        Verdict[] verdicts = [
            .. record.Constraints.Select(c => ProgramCheck.Of(ConstraintRecognizer.Recognize(c.Text, record.Description), response))];
        Decider[] deciders = [.. verdicts.Select(v => v.Outcome == Outcome.NeedsJudge ? Decider.Judge : Decider.Program)];
        int[] open = [.. Enumerable.Range(0, verdicts.Length).Where(i => verdicts[i].Outcome == Outcome.NeedsJudge)];
        Judgements judgements = default;
        if (open.Length > 0)
        {
            judgements = settings.Judge is not { } judge ? Judgements.NotAsked(whole ? 1 : open.Length)
                : whole ? await JudgeTogetherAsync(judge, record, open, verdicts, cancel).ConfigureAwait(false)
                : await JudgeEachAsync(judge, record, open, verdicts, cancel).ConfigureAwait(false);
        }

        return new JudgedRecord
        {
            Line = record.Line,
            Id = record.Id,
            Prompt = record.Instruction,
            Response = record.Response,
            Constraints = [
                .. record.Constraints.Select(
                    (c, i) =>
                        new ConstraintResult(
                            c.KindName, c.Text, verdicts[i].Outcome, verdicts[i].Reason, verdicts[i].Where is { } place ? [place] : []))],
            Deciders = deciders,
            Judgements = judgements,
            Scores = [("all_obeyed", verdicts.All(v => v.IsObeyed) ? 1 : 0)],
        };
    }

    private static async Task<Judgements> JudgeEachAsync(
        StructuredChat judge, TraceRecord record, int[] open, Verdict[] verdicts, CancellationToken cancel)
    {
        Judgements judgements = default;
        foreach (int i in open)
        {
            string prompt = judge.Prompts.Get(JudgePrompts.TraceConstraint).Fill(
                ("instruction", record.Instruction), ("constraint", record.Constraints[i].Text), ("response", record.Response),
                ("fence", Delimiter.Of(record.Response)));
            ParsedResponse<Verdicts> judgement = await judge.AskAsync(prompt, VerdictFormats.One, cancel).ConfigureAwait(false);
            verdicts[i] = VerdictOf(judgement, 0);
            judgements += Judgements.Of(judgement);
        }

        return judgements;
    }

    private static async Task<Judgements> JudgeTogetherAsync(
        StructuredChat judge, TraceRecord record, int[] open, Verdict[] verdicts, CancellationToken cancel)
    {
        string listed = string.Join(
            '\n', open.Select((i, n) => string.Create(CultureInfo.InvariantCulture, $"{n + 1}: {record.Constraints[i].Text}")));
        string prompt = judge.Prompts.Get(JudgePrompts.TraceRecord).Fill(
            ("instruction", record.Instruction), ("constraints", listed), ("response", record.Response),
            ("fence", Delimiter.Of(record.Response)),
            ("count", open.Length.ToString(CultureInfo.InvariantCulture)));
        ParsedResponse<Verdicts> judgement = await judge.AskAsync(
            prompt, VerdictFormats.Numbered(open.Length), cancel).ConfigureAwait(false);
        for (int n = 0; n < open.Length; n++)
            verdicts[open[n]] = VerdictOf(judgement, n);
        return Judgements.Of(judgement);
    }

    private static Verdict VerdictOf(ParsedResponse<Verdicts> judgement, int number) => judgement.Value is { } value
        ? Verdict.Of(value.Obeyed[number], $"the judge: {judgement.Shown}")
        : new Verdict(Outcome.NeedsJudge, judgement.Reason);

    /// <summary>Labels that are none of the 26 kinds are read and reported, not dropped.</summary>
    private static IEnumerable<(string What, string Value)> UnknownLabels(IReadOnlyList<TraceRecord> records) => records
        .SelectMany(r => r.Constraints)
        .Where(c => c.Kind is null)
        .GroupBy(c => c.Label)
        .Select(g =>
            ($"label \"{g.Key}\", no kind of TRACE",
                string.Create(CultureInfo.InvariantCulture, $"{g.Count()} constraints, scored and shown by themselves")));
}

/// <summary>
/// What a program can say about a constraint's line: a line that is understood as a whole is obeyed or violated; of another one only a
/// violated part decides.
/// </summary>
internal static class ProgramCheck
{
    public static Verdict Of(Recognition reading, Response response)
    {
        foreach (Constraint constraint in reading.Found.Select(f => f.Constraint))
        {
            Verdict verdict = constraint.Check(response);
            if (verdict.Outcome == Outcome.Violated)
                return verdict with { Reason = $"{constraint}: {verdict.Reason}" };
            if (verdict.Outcome == Outcome.NeedsJudge)
                return Verdict.NeedsJudge;
        }

        if (!reading.IsWhole || reading.Found.Count == 0)
            return Verdict.NeedsJudge;
        string reasons = string.Join("; ", reading.Found.Select(f => $"{f.Constraint}: {f.Constraint.Check(response).Reason}"));
        return new Verdict(Outcome.Obeyed, reasons);
    }
}

/// <summary>
/// TRACE's figures. IF-S: share of the instructions with one constraint that are obeyed. IF-M: share of those with several whose
/// constraints are all obeyed. Beside them the share of constraints obeyed. No official scorer is public; this reading follows the paper's
/// names and the structure of its file (200 instructions with one constraint, 842 with several). A constraint that is undecided is not
/// obeyed.
/// </summary>
public static class TraceScores
{
    public static IReadOnlyList<Metric> Metrics(IReadOnlyList<RecordResult> records) =>
    [
        new("if_s", All(records, n => n == 1)),
        new("if_m", All(records, n => n > 1)),
        new("constraints", Constraints(records, (_, _) => true)),
    ];

    internal static IReadOnlyList<Breakdown> Breakdowns(IReadOnlyList<JudgedRecord> judged, IReadOnlyList<TraceRecord> records)
    {
        string[] kinds = [
            .. Category.All.Select(k => k.Name),
            .. records.SelectMany(r => r.Constraints).Where(c => c.Kind is null).Select(c => c.KindName).Distinct()];
        string[] groups = [
            .. Enum.GetNames<Group>().Select(g => g.ToLowerInvariant()),
            .. records.SelectMany(r => r.Constraints).Where(c => c.Kind is null).Select(c => c.GroupName).Distinct()];
        IEnumerable<int> counts = records.Select(r => r.Constraints.Count).Distinct().Order();
        return
        [
            new("kind",
                Present(kinds.Select(
                    k => new Metric("constraints", Constraints(judged, (r, i) => records[r].Constraints[i].KindName == k)) { Part = k }))),
            new("group",
                Present(groups.Select(
                    g => new Metric("constraints", Constraints(judged, (r, i) => records[r].Constraints[i].GroupName == g)) { Part = g }))),
            new("number of constraints",
                [.. counts.Select(
                    n => new Metric("all_obeyed", All(judged, c => c == n)) { Part = n.ToString(CultureInfo.InvariantCulture) })]),
            new("decider", Present([
                new Metric("constraints", Constraints(judged, (r, i) => judged[r].Deciders[i] == Decider.Program)) { Part = "program" },
                new Metric("constraints", Constraints(judged, (r, i) => judged[r].Deciders[i] == Decider.Judge)) { Part = "judge" }])),
        ];
    }

    /// <summary>One observation for each record with such a number of constraints: 1 where all are obeyed.</summary>
    private static Observation[] All(IReadOnlyList<RecordResult> records, Func<int, bool> counts) =>
    [
        .. records.Select((r, i) => (Record: r, Index: i)).Where(r => counts(r.Record.Constraints.Count))
            .Select(r => new Observation(r.Index, r.Record.Constraints.All(c => c.Outcome == Outcome.Obeyed) ? 1 : 0, 1)),
    ];

    /// <summary>One observation for each record that has such constraints: how many are obeyed, of how many.</summary>
    private static List<Observation> Constraints(IReadOnlyList<RecordResult> records, Func<int, int, bool> which)
    {
        List<Observation> observations = [];
        for (int r = 0; r < records.Count; r++)
        {
            int obeyed = 0, all = 0;
            for (int i = 0; i < records[r].Constraints.Count; i++)
            {
                if (!which(r, i))
                    continue;
                all++;
                if (records[r].Constraints[i].Outcome == Outcome.Obeyed)
                    obeyed++;
            }

            if (all > 0)
                observations.Add(new Observation(r, obeyed, all));
        }

        return observations;
    }

    private static Metric[] Present(IEnumerable<Metric> metrics) => [.. metrics.Where(m => m.Observations.Count > 0)];
}
