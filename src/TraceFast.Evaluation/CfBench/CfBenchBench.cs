using System.Globalization;
using TraceFast.Constraints;
using TraceFast.Endpoint.Asking;
using TraceFast.Evaluation.Judging;
using TraceFast.Evaluation.Responses;

namespace TraceFast.Evaluation.CfBench;

/// <summary>
/// CFBench (arXiv 2408.01122): one call of the judge for each response gives 0 or 1 for each criterion; CSR, ISR, PSR of all, of the easy and of the hard prompts.
/// An answer of the judge that can not be read, after one plea, scores 0 in all three (the published code's state "-1").
/// </summary>
public sealed class CfBenchBench(JudgeSettings settings) : IBench
{
    private const string Form = "for each criterion, in order, its text copied exactly, a tab, then 0 or 1; one empty line between two criteria; nothing else";

    public string Name => "cfbench";

    public IReadOnlyList<BenchPrompt> Prompts()
    {
        IReadOnlyList<BenchPrompt> prompts = CfBenchReader.Prompts(BenchPrompt.DataOf(settings.Data));
        return settings.Judge is not null ? prompts : throw JudgeSettings.Missing(prompts.Count, prompts.Count, "records");
    }

    public async Task<BenchResult> ScoreAsync(string responses, CancellationToken interrupt)
    {
        IReadOnlyList<CfBenchRecord> records = CfBenchReader.Read(responses, settings.Data);
        if (settings.Judge is null && records.Count(r => r.Stored is null) is > 0 and int forJudge)
            throw JudgeSettings.Missing(forJudge, records.Count, "records");
        (JudgedRecord Record, CfBenchScore Score)[] judged =
            await RecordLoop.RunAsync(records, settings.AtOnce, (r, _, cancel) => JudgeAsync(r, cancel), settings.Progress, interrupt).ConfigureAwait(false);
        CfBenchScore[] scores = [.. judged.Select(j => j.Score)];
        JudgedRecord[] results = [.. judged.Select(j => j.Record)];
        return new BenchResult
        {
            Bench = Name,
            Metrics = Metrics(scores, records, _ => true, null),
            Breakdowns =
            [
                new Breakdown("split", [.. new[] { "easy", "hard" }.SelectMany(split => Metrics(scores, records, r => r.Split == split, split)).Where(m => m.Observations.Count > 0)]),
                new Breakdown("kind", ByKind(results)),
                new Breakdown("priority", ByPriority(results, records)),
            ],
            Records = results,
            Judgements = JudgeFacts.Sum(results),
            AllowedUnjudged = settings.AllowedUnjudged,
            Facts = [.. JudgeFacts.AreWhole(results, settings) ? Published(scores, records) : [], .. JudgeFacts.Of(results, settings)],
        };
    }

    private async Task<(JudgedRecord Record, CfBenchScore Score)> JudgeAsync(CfBenchRecord record, CancellationToken cancel)
    {
        string[] criteria = [.. record.Criteria.Select(c => c.Text)];
        (CfBenchReading? reading, string why, string said, Judgements judgements) = record.Stored is { } stored
            ? (stored.Reading ?? CfBenchReading.Stored(stored.Answer!, criteria), "the stored judgement could not be read", stored.Answer ?? "a stored judgement", default)
            : await AskAsync(record, criteria, cancel).ConfigureAwait(false);
        bool whole = reading?.Parsing == Parsing.Whole;
        double[] values = whole ? reading!.Values : [];
        CfBenchScore score = CfBenchScore.Of(reading ?? CfBenchReading.Failed, [.. record.Criteria.Select(c => c.IsPrimary)]);
        ConstraintResult[] constraints =
        [
            .. record.Criteria.Select((c, i) => whole
                ? new ConstraintResult(KindOf(c), c.Text, values[i] == 1 ? Outcome.Obeyed : Outcome.Violated, $"the judge: {said.Trim()}", [])
                : new ConstraintResult(KindOf(c), c.Text, Outcome.NeedsJudge, why, [])),
        ];
        return (new JudgedRecord
        {
            Line = record.Line,
            Id = record.Id,
            Prompt = record.Prompt,
            Response = record.Response,
            Constraints = constraints,
            Deciders = [.. constraints.Select(_ => Decider.Judge)],
            Judgements = judgements,
            Scores = [("csr", score.Csr), ("isr", score.Isr), ("psr", score.Psr)],
        }, score);
    }

    private async Task<(CfBenchReading? Reading, string Why, string Said, Judgements Judgements)> AskAsync(CfBenchRecord record, string[] criteria, CancellationToken cancel)
    {
        Asker judge = settings.Judge!; // refused before where one is needed
        string prompt = judge.Prompts.Get(JudgePrompts.CfBench).Fill(
            ("instruction", record.Prompt), ("reference", record.Gold), ("response", record.Response), ("criteria", string.Join("\n\n", criteria)));
        AnswerForm<CfBenchReading> form = new(text => CfBenchReading.Strict(text.Trim('\n', '\r', ' '), criteria), Form);
        FormedAnswer<CfBenchReading> judgement = await judge.AskAsync(prompt, form, cancel).ConfigureAwait(false);
        return (judgement.Value, judgement.Why, judgement.Shown, Judgements.Of(judgement));
    }

    private static Metric[] Metrics(CfBenchScore[] scores, IReadOnlyList<CfBenchRecord> records, Func<CfBenchRecord, bool> which, string? part)
    {
        int[] those = [.. Enumerable.Range(0, records.Count).Where(i => which(records[i]))];
        return
        [
            new Metric("csr", [.. those.Select(i => new Observation(i, scores[i].Csr, 1))]) { Part = part },
            new Metric("isr", [.. those.Select(i => new Observation(i, scores[i].Isr, 1))]) { Part = part },
            new Metric("psr", [.. those.Select(i => new Observation(i, scores[i].Psr, 1))]) { Part = part },
        ];
    }

    private static Metric[] ByKind(JudgedRecord[] records) =>
    [
        .. records.SelectMany(r => r.Constraints).Select(c => c.Kind).Distinct().Order(StringComparer.Ordinal)
            .Select(kind => new Metric("criteria", Shares(records, (r, i) => records[r].Constraints[i].Kind == kind)) { Part = kind }),
    ];

    private static Metric[] ByPriority(JudgedRecord[] results, IReadOnlyList<CfBenchRecord> records) =>
    [
        new Metric("criteria", Shares(results, (r, i) => records[r].Criteria[i].IsPrimary)) { Part = "primary" },
        new Metric("criteria", Shares(results, (r, i) => !records[r].Criteria[i].IsPrimary)) { Part = "secondary" },
    ];

    private static Observation[] Shares(JudgedRecord[] records, Func<int, int, bool> which) =>
    [
        .. records.Select((record, r) => (
                Unit: r,
                Obeyed: record.Constraints.Where((c, i) => which(r, i) && c.Outcome == Outcome.Obeyed).Count(),
                All: record.Constraints.Where((_, i) => which(r, i)).Count()))
            .Where(o => o.All > 0)
            .Select(o => new Observation(o.Unit, o.Obeyed, o.All)),
    ];

    /// <summary>The figures with the published code's rounding.</summary>
    private static IEnumerable<(string What, string Value)> Published(CfBenchScore[] scores, IReadOnlyList<CfBenchRecord> records)
    {
        foreach ((string set, Func<CfBenchRecord, bool> which) in new (string, Func<CfBenchRecord, bool>)[] { ("easy", r => r.Split == "easy"), ("hard", r => r.Split == "hard"), ("all", _ => true) })
        {
            if (CfBenchScore.OfSet([.. scores.Where((_, i) => which(records[i]))]) is { } score)
                yield return ($"as published, {set}", string.Create(CultureInfo.InvariantCulture, $"CSR {score.Csr:0.00}, ISR {score.Isr:0.00}, PSR {score.Psr:0.00}"));
        }
    }

    private static string KindOf(Criterion criterion) => criterion.Group.Length > 0 ? criterion.Group : "(no group)";
}
