using System.Globalization;
using System.Text;
using TraceFast.Constraints;
using TraceFast.Endpoint.Asking;
using TraceFast.Evaluation.Judging;
using TraceFast.Evaluation.PublishedCode;
using TraceFast.Evaluation.Responses;

namespace TraceFast.Evaluation.Benchmarks;

/// <summary>
/// CFBench (arXiv 2408.01122): one call of the judge for each response gives 0 or 1 for each criterion; CSR, ISR, PSR of all, of the easy
/// and of the hard prompts. An answer of the judge that cannot be read, after one re-prompt, scores 0 in all three (the published code's
/// state "-1").
/// </summary>
public sealed class CfBench(JudgeSettings settings) : IBench
{
    private const string Form =
        "for each criterion, in order, its text copied exactly, a tab, then 0 or 1; one empty line between two criteria; nothing else";

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
            await RecordLoop.RunAsync(
                records, settings.MaxConcurrency, (r, _, cancel) => JudgeAsync(r, cancel), settings.Progress,
                interrupt).ConfigureAwait(false);
        CfBenchScore[] scores = [.. judged.Select(j => j.Score)];
        JudgedRecord[] results = [.. judged.Select(j => j.Record)];
        return new BenchResult
        {
            Bench = Name,
            Metrics = Metrics(scores, records, _ => true, null),
            Breakdowns =
            [
                new Breakdown(
                    "split", [
                        .. new[] { "easy", "hard" }.SelectMany(split => Metrics(scores, records, r => r.Split == split, split))
                            .Where(m => m.Observations.Count > 0)]),
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
            ? (stored.Reading ?? CfBenchReading.Stored(stored.Answer!, criteria), "the stored judgement could not be read",
                stored.Answer ?? "a stored judgement", default)
            : await AskAsync(record, criteria, cancel).ConfigureAwait(false);
        bool whole = reading?.Parsing == Parsing.Whole;
        double[] values = whole ? reading!.Values : [];
        CfBenchScore score = CfBenchScore.Of(reading ?? CfBenchReading.Failed, [.. record.Criteria.Select(c => c.IsPrimary)]);
        ConstraintResult[] constraints =
        [
            .. record.Criteria.Select((c, i) => whole
                ? new ConstraintResult(
                    KindOf(c), c.Text, values[i] == 1 ? Outcome.Obeyed : Outcome.Violated, $"the judge: {said.Trim()}", [])
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

    private async Task<(CfBenchReading? Reading, string Why, string Said, Judgements Judgements)> AskAsync(
        CfBenchRecord record, string[] criteria, CancellationToken cancel)
    {
        StructuredChat judge = settings.Judge!; // refused before where one is needed
        string prompt = judge.Prompts.Get(JudgePrompts.CfBench).Fill(
            ("instruction", record.Prompt), ("reference", record.Gold), ("response", record.Response),
            ("criteria", string.Join("\n\n", criteria)));
        ResponseFormat<CfBenchReading> form = new(text => CfBenchReading.Strict(text.Trim('\n', '\r', ' '), criteria), Form);
        ParsedResponse<CfBenchReading> judgement = await judge.AskAsync(prompt, form, cancel).ConfigureAwait(false);
        return (judgement.Value, judgement.Reason, judgement.Shown, Judgements.Of(judgement));
    }

    private static Metric[] Metrics(
        CfBenchScore[] scores, IReadOnlyList<CfBenchRecord> records, Func<CfBenchRecord, bool> which, string? part)
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
        foreach ((string set, Func<CfBenchRecord, bool> which) in
            new (string, Func<CfBenchRecord, bool>)[] { ("easy", r => r.Split == "easy"), ("hard", r => r.Split == "hard"),
                ("all", _ => true) })
        {
            if (CfBenchScore.OfSet([.. scores.Where((_, i) => which(records[i]))]) is { } score)
                yield return ($"as published, {set}",
                    string.Create(CultureInfo.InvariantCulture, $"CSR {score.Csr:0.00}, ISR {score.Isr:0.00}, PSR {score.Psr:0.00}"));
        }
    }

    private static string KindOf(Criterion criterion) => criterion.Group.Length > 0 ? criterion.Group : "(no group)";
}

/// <summary>
/// Reads a judge's answer as CFBench's published code does: blocks "criterion TAB score" with a blank line between, one for each criterion
/// in its order.
/// </summary>
/// <param name="Parsing">How it was read.</param>
/// <param name="Scores">As texts: one for each criterion, or those that were picked.</param>
public sealed record CfBenchReading(Parsing Parsing, IReadOnlyList<string> Scores)
{
    /// <summary>The reading of an answer that cannot be read: one score of 0.</summary>
    public static CfBenchReading Failed { get; } = new(Parsing.Failed, ["0"]);

    /// <summary>Each score as a number.</summary>
    public double[] Values => [.. Scores.Select(s => Number(s) ?? 0)];

    /// <summary>The whole answer fits the criteria; null: it does not.</summary>
    public static CfBenchReading? Strict(string answer, IReadOnlyList<string> criteria)
    {
        string[] blocks = answer.Split("\n\n");
        if (blocks.Length != criteria.Count)
            return null;
        string[] scores = new string[blocks.Length];
        for (int i = 0; i < blocks.Length; i++)
        {
            string[] fields = blocks[i].Split('\t');
            if (fields.Length != 2 || fields[0] != criteria[i] || Number(fields[1]) is not (0 or 1))
                return null;
            scores[i] = fields[1].Trim();
        }

        return new CfBenchReading(Parsing.Whole, scores);
    }

    /// <summary>
    /// What the published code picks from an answer that does not fit: the scores of lines with one tab, and of these the ones only (its
    /// test of truth leaves out every zero). An empty list is <see cref="Failed"/> there. Null: a score is no number, at which it breaks
    /// off.
    /// </summary>
    public static IReadOnlyList<string>? Pick(string answer)
    {
        List<string> scores = [];
        foreach (string line in answer.Split('\n'))
        {
            string[] fields = line.Split('\t');
            if (fields.Length != 2)
                continue;
            if (Number(fields[1]) is not { } score)
                return null;
            if (score == 1)
                scores.Add(fields[1].Trim());
        }

        return scores;
    }

    /// <summary>The published code's last resort, for judgements that were stored; <see cref="Failed"/> where it picks nothing.</summary>
    public static CfBenchReading Stored(string answer, IReadOnlyList<string> criteria) =>
        Strict(answer, criteria) ?? (Pick(answer) is { Count: > 0 } picked ? new CfBenchReading(Parsing.Picked, picked) : Failed);

    /// <summary>
    /// Python's float(text): white space around, a sign, digits of any script, underscores between digits; null: no number.
    /// </summary>
    private static double? Number(string text)
    {
        StringBuilder plain = new();
        string trimmed = text.Trim();
        for (int i = 0; i < trimmed.Length; i++)
        {
            char c = trimmed[i];
            if (c == '_')
            {
                if (i == 0 || i == trimmed.Length - 1 || !char.IsDigit(trimmed[i - 1]) || !char.IsDigit(trimmed[i + 1]))
                    return null;
                continue;
            }

            plain.Append(char.IsDigit(c) ? (char)('0' + (int)char.GetNumericValue(c)) : c);
        }

        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (double.TryParse(plain.ToString(), Style, CultureInfo.InvariantCulture, out double value))
            return value;
        return plain.ToString().TrimStart('+', '-').ToLowerInvariant() switch
        {
            "inf" or "infinity" => double.PositiveInfinity,
            "nan" => double.NaN,
            _ => null,
        };
    }
}

/// <summary>
/// CFBench's figures of one record (arXiv 2408.01122, section 3.5, as its published code computes them).
/// CSR = mean of the criteria's scores, 2 decimals. ISR = 1 where that rounded CSR is 1. PSR = 0 where a primary criterion failed; 1 where
/// all are primary; else 1 where 0.5 + 0.5 (mean of the secondary scores, 2 decimals) > 0.8; with secondary ones only, or scores that were
/// picked, 1 where CSR > 0.8.
/// </summary>
/// <param name="Csr">Constraint satisfaction rate.</param>
/// <param name="Isr">Instruction satisfaction rate, 0 or 1.</param>
/// <param name="Psr">Priority satisfaction rate, 0 or 1.</param>
public readonly record struct CfBenchScore(double Csr, double Isr, double Psr)
{
    private const double Enough = 0.8;

    /// <param name="reading">The scores and how they were read.</param>
    /// <param name="isPrimary">For each criterion.</param>
    /// <exception cref="ArgumentException">Read as a whole, and yet another number of scores than of criteria.</exception>
    public static CfBenchScore Of(CfBenchReading reading, IReadOnlyList<bool> isPrimary)
    {
        double[] scores = reading.Values;
        double csr = Rounded.Numpy(Rounded.Mean(scores), 2);
        bool passes = reading.Parsing switch
        {
            Parsing.Failed => false,
            Parsing.Picked => csr > Enough,
            _ => ByPriority(scores, isPrimary, csr),
        };
        return new CfBenchScore(csr, csr < 1 ? 0 : 1, passes ? 1 : 0);
    }

    private static bool ByPriority(double[] scores, IReadOnlyList<bool> isPrimary, double csr)
    {
        if (scores.Length != isPrimary.Count)
            throw new ArgumentException($"{scores.Length} scores for {isPrimary.Count} criteria", nameof(scores));
        double[] secondary = [.. scores.Where((_, i) => !isPrimary[i])];
        if (scores.Where((_, i) => isPrimary[i]).Contains(0))
            return false;
        if (secondary.Length == scores.Length)
            return csr > Enough;
        return secondary.Length == 0 || 0.5 + (0.5 * Rounded.Numpy(Rounded.Mean(secondary), 2)) > Enough;
    }

    /// <summary>A set's figures: means over its records, each rounded to 2 decimals; null: it has no record.</summary>
    public static CfBenchScore? OfSet(IReadOnlyList<CfBenchScore> records)
    {
        if (records.Count == 0)
            return null;
        return new CfBenchScore(Mean(records, s => s.Csr), Mean(records, s => s.Isr), Mean(records, s => s.Psr));
    }

    private static double Mean(IReadOnlyList<CfBenchScore> records, Func<CfBenchScore, double> of) =>
        Rounded.Numpy(Rounded.Mean([.. records.Select(of)]), 2);
}
