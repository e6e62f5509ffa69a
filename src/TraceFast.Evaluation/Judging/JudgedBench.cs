using TraceFast.Endpoint.Asking;

namespace TraceFast.Evaluation.Judging;

/// <summary>
/// A benchmark that a judge decides where no program does: reads the records, judges several at a time, and reports what was left
/// undecided. A new one is one class in <c>Benchmarks/</c> with a static <see cref="BenchInfo"/> <c>Info</c>, and a file in
/// <c>Judging/Prompts/</c> for each of its prompts.
/// </summary>
/// <typeparam name="TRecord">What is judged: a prompt with its response.</typeparam>
/// <typeparam name="TScore">What a metric needs to know of a judged record.</typeparam>
public abstract class JudgedBench<TRecord, TScore>(BenchInfo info, JudgeSettings settings) : IBench
{
    /// <summary>The records with what was found for each, by index.</summary>
    protected sealed record Judged(IReadOnlyList<TRecord> Records, IReadOnlyList<JudgedRecord> Results, IReadOnlyList<TScore> Scores);

    protected JudgeSettings Settings => settings;

    /// <summary>Only where <see cref="CountForJudge"/> found that one is needed.</summary>
    protected StructuredChat Judge => settings.Judge!;

    /// <summary>What messages call what <see cref="CountForJudge"/> counts.</summary>
    protected virtual string Unit => "records";

    public virtual IReadOnlyList<BenchPrompt> Prompts()
    {
        IReadOnlyList<BenchPrompt> prompts = info.ReadPrompts(BenchPrompt.DataOf(settings.Data));
        RequireJudge((prompts.Count, prompts.Count));
        return prompts;
    }

    public async Task<BenchResult> ScoreAsync(string responses, CancellationToken interrupt)
    {
        IReadOnlyList<TRecord> records = Read(responses, settings.Data);
        RequireJudge(CountForJudge(records));
        JudgedRecord[] results = new JudgedRecord[records.Count];
        TScore[] scores = new TScore[records.Count];
        int done = 0;
        ParallelOptions options = new() { MaxDegreeOfParallelism = settings.MaxConcurrency, CancellationToken = interrupt };
        await Parallel.ForAsync(0, records.Count, options, async (i, cancel) =>
        {
            (results[i], scores[i]) = await JudgeAsync(records[i], cancel).ConfigureAwait(false);
            settings.Progress?.Report(new JudgeProgress(Interlocked.Increment(ref done), records.Count));
        }).ConfigureAwait(false);

        Judged judged = new(records, results, scores);
        Judgements judgements = results.Aggregate(default(Judgements), (sum, r) => sum + r.Judgements);
        return new BenchResult
        {
            Bench = info.Name,
            Metrics = Metrics(judged),
            Breakdowns = Breakdowns(judged),
            Records = results,
            Judgements = judgements,
            AllowedUnjudged = settings.AllowedUnjudged,
            Facts = [.. judgements.Missing <= settings.AllowedUnjudged ? Published(judged) : [], .. Notes(judged), .. JudgeFacts(results)],
        };
    }

    /// <param name="data">The benchmark's own file or folder; null: the file of responses holds its records.</param>
    /// <exception cref="InputException">Names file and line.</exception>
    protected abstract IReadOnlyList<TRecord> Read(string responses, string? data);

    /// <summary>How many need a judge, of how many.</summary>
    protected virtual (int ForJudge, int All) CountForJudge(IReadOnlyList<TRecord> records) => (records.Count, records.Count);

    protected abstract Task<(JudgedRecord Record, TScore Score)> JudgeAsync(TRecord record, CancellationToken cancel);

    protected abstract IReadOnlyList<Metric> Metrics(Judged judged);

    protected abstract IReadOnlyList<Breakdown> Breakdowns(Judged judged);

    /// <summary>Figures as the published code rounds them; only of a result that is judged as a whole.</summary>
    protected virtual IEnumerable<(string What, string Value)> Published(Judged judged) => [];

    /// <summary>What else the report should mention.</summary>
    protected virtual IEnumerable<(string What, string Value)> Notes(Judged judged) => [];

    /// <exception cref="InputException">Some need a judge, and none is named.</exception>
    protected void RequireJudge((int ForJudge, int All) count)
    {
        if (settings.Judge is null && count.ForJudge > 0)
            throw new InputException(
                $"{count.ForJudge} of {count.All} {Unit} need a judge; name one with --judge URL and --judge-model NAME");
    }

    private List<(string What, string Value)> JudgeFacts(JudgedRecord[] records)
    {
        ConstraintResult[] all = [.. records.SelectMany(r => r.Constraints)];
        int program = all.Count(c => c.By == Decider.Program), undecided = all.Count(c => c.Outcome == Outcome.NeedsJudge);
        List<(string, string)> facts =
        [
            ("constraints decided by program", $"{program} of {all.Length}"),
            ("constraints decided by the judge", $"{all.Length - program - undecided} of {all.Length}"),
            ("constraints undecided, never counted as obeyed", $"{undecided} of {all.Length}"),
        ];
        if (settings.Judge is { } judge)
            facts.Add(
                ("judge's answers", string.Create(
                    CultureInfo.InvariantCulture,
                    $"{judge.Decided} read, {judge.Repaired} of them after a re-prompt, {judge.Undecided} not read")));
        else if (undecided > 0)
            facts.Add(("judge", "none; name one with --judge URL and --judge-model NAME"));
        facts.AddRange(settings.Usage?.Invoke() ?? []);
        return facts;
    }
}
