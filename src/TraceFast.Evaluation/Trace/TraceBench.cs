using System.Globalization;
using TraceFast.Constraints;
using TraceFast.Constraints.Recognition;
using TraceFast.Endpoint.Asking;
using TraceFast.Evaluation.Judging;
using TraceFast.Evaluation.Responses;

namespace TraceFast.Evaluation.Trace;

/// <summary>
/// TRACE (arXiv 2411.06208, section 5): IF-S and IF-M. A constraint's line that states exact sorts only is checked by program, every other one by the judge: on its
/// own, or all of a record's in one call.
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
        JudgedRecord[] judged = await RecordLoop.RunAsync(records, settings.AtOnce, (r, _, cancel) => JudgeAsync(r, cancel), settings.Progress, interrupt).ConfigureAwait(false);
        return new BenchResult
        {
            Bench = Name,
            Metrics = TraceScores.Metrics(judged),
            Breakdowns = TraceScores.Breakdowns(judged, records),
            Records = judged,
            Judgements = JudgeFacts.Sum(judged),
            AllowedUnjudged = settings.AllowedUnjudged,
            Facts = [.. JudgeFacts.Of(judged, settings), .. Strangers(records)],
        };
    }

    private async Task<JudgedRecord> JudgeAsync(TraceRecord record, CancellationToken cancel)
    {
        Response response = new(record.Response);
        Verdict[] verdicts = [.. record.Constraints.Select(c => ProgramCheck.Of(ConstraintRecognizer.Recognize(c.Text, record.Description), response))];
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
            Constraints = [.. record.Constraints.Select((c, i) => new ConstraintResult(c.KindName, c.Text, verdicts[i].Outcome, verdicts[i].Reason, verdicts[i].Where is { } place ? [place] : []))],
            Deciders = deciders,
            Judgements = judgements,
            Scores = [("all_obeyed", verdicts.All(v => v.IsObeyed) ? 1 : 0)],
        };
    }

    private static async Task<Judgements> JudgeEachAsync(Asker judge, TraceRecord record, int[] open, Verdict[] verdicts, CancellationToken cancel)
    {
        Judgements judgements = default;
        foreach (int i in open)
        {
            string prompt = judge.Prompts.Get(JudgePrompts.TraceConstraint).Fill(
                ("instruction", record.Instruction), ("constraint", record.Constraints[i].Text), ("response", record.Response), ("fence", Fence.Of(record.Response)));
            FormedAnswer<Verdicts> judgement = await judge.AskAsync(prompt, VerdictForms.One, cancel).ConfigureAwait(false);
            verdicts[i] = VerdictOf(judgement, 0);
            judgements += Judgements.Of(judgement);
        }

        return judgements;
    }

    private static async Task<Judgements> JudgeTogetherAsync(Asker judge, TraceRecord record, int[] open, Verdict[] verdicts, CancellationToken cancel)
    {
        string listed = string.Join('\n', open.Select((i, n) => string.Create(CultureInfo.InvariantCulture, $"{n + 1}: {record.Constraints[i].Text}")));
        string prompt = judge.Prompts.Get(JudgePrompts.TraceRecord).Fill(
            ("instruction", record.Instruction), ("constraints", listed), ("response", record.Response), ("fence", Fence.Of(record.Response)),
            ("count", open.Length.ToString(CultureInfo.InvariantCulture)));
        FormedAnswer<Verdicts> judgement = await judge.AskAsync(prompt, VerdictForms.Numbered(open.Length), cancel).ConfigureAwait(false);
        for (int n = 0; n < open.Length; n++)
            verdicts[open[n]] = VerdictOf(judgement, n);
        return Judgements.Of(judgement);
    }

    private static Verdict VerdictOf(FormedAnswer<Verdicts> judgement, int number) => judgement.Value is { } value
        ? Verdict.Of(value.Obeyed[number], $"the judge: {judgement.Shown}")
        : new Verdict(Outcome.NeedsJudge, judgement.Why);

    /// <summary>Labels that are none of the 26 kinds are read and said, not dropped.</summary>
    private static IEnumerable<(string What, string Value)> Strangers(IReadOnlyList<TraceRecord> records) => records
        .SelectMany(r => r.Constraints)
        .Where(c => c.Kind is null)
        .GroupBy(c => c.Label)
        .Select(g => ($"label \"{g.Key}\", no kind of TRACE", string.Create(CultureInfo.InvariantCulture, $"{g.Count()} constraints, scored and shown by themselves")));
}
