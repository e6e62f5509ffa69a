using System.Text;
using TraceFast.Endpoint.Asking;
using TraceFast.Evaluation.Judging;

namespace TraceFast.Evaluation.Benchmarks;

/// <summary>
/// CFBench (arXiv 2408.01122): one call of the judge for each response gives 0 or 1 for each criterion; CSR, ISR, PSR of all, of the easy
/// and of the hard prompts. An answer of the judge that cannot be read, after one re-prompt, scores 0 in all three (the published code's
/// state "-1").
/// </summary>
public sealed class CfBench(JudgeSettings settings) : JudgedBench<CfBenchRecord, CfBenchScore>(Info, settings)
{
    private const string Format =
        "for each criterion, in order, its text copied exactly, a tab, then 0 or 1; one empty line between two criteria; nothing else";

    /// <summary>Each criterion's text, a tab, 0 or 1; a blank line between.</summary>
    internal static readonly PromptName JudgePrompt = new(
        typeof(CfBench), "cfbench", ["instruction", "reference", "response", "criteria"]);

    public static BenchInfo Info { get; } = new(
        "cfbench", settings => new CfBench(settings), CfBenchReader.Prompts, r => r.Has("criteria") && r.Has("idx") && r.Has("split"))
    {
        JudgePrompts = [JudgePrompt],
    };

    protected override IReadOnlyList<CfBenchRecord> Read(string responses, string? data) => CfBenchReader.Read(responses, data);

    protected override (int ForJudge, int All) CountForJudge(IReadOnlyList<CfBenchRecord> records) =>
        (records.Count(r => r.Stored is null), records.Count);

    protected override IReadOnlyList<Metric> Metrics(Judged judged) => Metrics(judged, _ => true, null);

    protected override IReadOnlyList<Breakdown> Breakdowns(Judged judged) =>
    [
        Breakdown.OfPresent("split", new[] { "easy", "hard" }.SelectMany(split => Metrics(judged, r => r.Split == split, split))),
        new Breakdown(
            "category",
            [
                .. judged.Records.SelectMany(r => r.Criteria).Select(c => c.Category).Distinct().Order(StringComparer.Ordinal)
                    .Select(category => Criteria(judged, c => c.Category == category, category)),
            ]),
        new Breakdown(
            "priority", [Criteria(judged, c => c.IsPrimary, "primary"), Criteria(judged, c => !c.IsPrimary, "secondary")]),
    ];

    /// <summary>CSR, ISR and PSR of the easy, the hard and all prompts.</summary>
    protected override IEnumerable<(string What, string Value)> Published(Judged judged)
    {
        foreach (string set in new[] { "easy", "hard", "all" })
        {
            if (CfBenchScore.OfSet([.. judged.Scores.Where((_, i) => set == "all" || judged.Records[i].Split == set)]) is { } score)
                yield return ($"as published, {set}",
                    string.Create(CultureInfo.InvariantCulture, $"CSR {score.Csr:0.00}, ISR {score.Isr:0.00}, PSR {score.Psr:0.00}"));
        }
    }

    protected override async Task<(JudgedRecord Record, CfBenchScore Score)> JudgeAsync(CfBenchRecord record, CancellationToken cancel)
    {
        string[] criteria = [.. record.Criteria.Select(c => c.Text)];
        (CfBenchReading? reading, string reason, string rawText, Judgements judgements) = record.Stored is { } stored
            ? (stored.Reading ?? CfBenchReading.Stored(stored.Answer!, criteria), "the stored judgement could not be read",
                stored.Answer ?? "a stored judgement", default)
            : await AskAsync(record, criteria, cancel).ConfigureAwait(false);
        double[]? values = reading?.Parsing == Parsing.Whole ? reading.Values : null;
        CfBenchScore score = CfBenchScore.Of(reading ?? CfBenchReading.Failed, [.. record.Criteria.Select(c => c.IsPrimary)]);
        return (new JudgedRecord
        {
            Line = record.Line,
            Id = record.Id,
            Prompt = record.Prompt,
            Response = record.Response,
            Constraints =
            [
                .. record.Criteria.Select((c, i) => new ConstraintResult(
                    c.Category, c.Text,
                    values is null ? Outcome.NeedsJudge : values[i] == 1 ? Outcome.Obeyed : Outcome.Violated,
                    values is null ? reason : $"the judge: {rawText.Trim()}", [], Decider.Judge)),
            ],
            Judgements = judgements,
            Scores = [("csr", score.Csr), ("isr", score.Isr), ("psr", score.Psr)],
        }, score);
    }

    private async Task<(CfBenchReading? Reading, string Reason, string RawText, Judgements Judgements)> AskAsync(
        CfBenchRecord record, string[] criteria, CancellationToken cancel)
    {
        string prompt = Judge.Prompts.Get(JudgePrompt).Fill(
            ("instruction", record.Prompt), ("reference", record.Gold), ("response", record.Response),
            ("criteria", string.Join("\n\n", criteria)));
        ResponseFormat<CfBenchReading> format = new(text => CfBenchReading.Strict(text.Trim('\n', '\r', ' '), criteria), Format);
        ParsedResponse<CfBenchReading> judgement = await Judge.AskAsync(prompt, format, cancel).ConfigureAwait(false);
        return (judgement.Value, judgement.Reason, judgement.Shown, Judgements.Of(judgement));
    }

    private static Metric[] Metrics(Judged judged, Func<CfBenchRecord, bool> isMeant, string? part)
    {
        int[] meant = [.. Enumerable.Range(0, judged.Records.Count).Where(i => isMeant(judged.Records[i]))];
        return [Mean("csr", s => s.Csr), Mean("isr", s => s.Isr), Mean("psr", s => s.Psr)];

        Metric Mean(string name, Func<CfBenchScore, double> of) =>
            new(name, [.. meant.Select(i => new Observation(i, of(judged.Scores[i]), 1))]) { Part = part };
    }

    private static Metric Criteria(Judged judged, Func<Criterion, bool> isMeant, string part) =>
        Metric.ShareObeyed("criteria", judged.Results, (r, i) => isMeant(judged.Records[r].Criteria[i]), part);
}

/// <summary>
/// Reads a judge's answer as CFBench's published code does: blocks "criterion TAB score" with a blank line between, one for each criterion
/// in its order.
/// </summary>
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
    /// test of truth leaves out every zero). An empty list is <see cref="Failed"/> there. Null: a score is not a number, where it
    /// fails.
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
    /// Python's float(text): white space around, a sign, digits of any script, underscores between digits; null: not a number.
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

/// <summary>
/// Reads CFBench's published layout: idx, prompt, gold, split, criteria = rows of [text, 主需 | 次需, group, subgroup]. Responses are in the
/// same records under "response" (the layout of its outputs), or in a file of their own with the records' "idx" (or "id"). A stored
/// judgement (judge_score and judge_parsing, or judge_response) is scored as it is.
/// </summary>
public static class CfBenchReader
{
    private static readonly JoinKey s_key = JoinKey.Number("idx");

    /// <exception cref="InputException">Names file and line.</exception>
    public static IReadOnlyList<CfBenchRecord> Read(string responses, string? data) =>
        [.. ResponseFile.WithRecords(responses, data, "CFBench", "criteria", _ => s_key).Select(p => Record(p.Record, p.Answer))];

    /// <summary>The prompts of CFBench's own file.</summary>
    /// <exception cref="InputException">Names file and line.</exception>
    public static IReadOnlyList<BenchPrompt> Prompts(string data) =>
        [.. ResponseFile.Read(data).Select(r => BenchPrompt.Of(s_key.OfRecord(r), r.Text("prompt")))];

    private static CfBenchRecord Record(JsonLine record, JsonLine answer)
    {
        string split = record.Text("split");
        if (split is not ("easy" or "hard"))
            throw record.Error($"'split' is \"{split}\", not easy or hard");
        Criterion[] criteria = [.. record.Rows("criteria").Select((row, i) => CriterionOf(record, row, i))];
        if (criteria.Length == 0)
            throw record.Error("'criteria' is empty; a prompt of CFBench has at least one criterion");
        return new CfBenchRecord(
            answer.Line, s_key.OfRecord(record), record.Text("prompt"), record.TextOrNull("gold") ?? "", split, criteria,
            ResponseFile.TextOf(answer), Stored(answer, criteria));
    }

    private static Criterion CriterionOf(JsonLine record, IReadOnlyList<string> row, int number)
    {
        if (row.Count < 2 || row[1] is not ("主需" or "次需"))
            throw record.Error($"criteria[{number}] is [{string.Join(", ", row)}], not [text, 主需 or 次需, group, subgroup]");
        return new Criterion(row[0], row[1] == "主需", row.Count > 2 && row[2].Length > 0 ? row[2] : "(no group)");
    }

    private static StoredJudgement? Stored(JsonLine answer, Criterion[] criteria)
    {
        if (!answer.Has("judge_score"))
            return answer.TextOrNull("judge_response") is { } text ? new StoredJudgement(null, text) : null;
        IReadOnlyList<string> scores = answer.Texts("judge_score");
        Parsing parsing = answer.Text("judge_parsing") switch
        {
            "1" => Parsing.Whole,
            "0" => Parsing.Picked,
            "-1" => Parsing.Failed,
            string other => throw answer.Error($"'judge_parsing' is \"{other}\", not \"1\", \"0\" or \"-1\""),
        };
        if (scores.Count == 0 || (parsing == Parsing.Whole && scores.Count != criteria.Length))
            throw answer.Error($"'judge_score' has {scores.Count} scores for {criteria.Length} criteria");
        if (scores.FirstOrDefault(s => s is not ("0" or "1" or "0.0" or "1.0")) is { } odd)
            throw answer.Error($"'judge_score' holds \"{odd}\"; a score is \"0\" or \"1\"");
        return new StoredJudgement(new CfBenchReading(parsing, scores), answer.TextOrNull("judge_response"));
    }
}

/// <summary>How a CFBench record's judgement was read; the published names "1", "0" and "-1".</summary>
public enum Parsing
{
    /// <summary>"1": every criterion has a score.</summary>
    Whole,

    /// <summary>"0": scores were picked from lines that do not fit the criteria one to one.</summary>
    Picked,

    /// <summary>"-1": nothing could be read.</summary>
    Failed,
}

/// <summary>What a judge is asked about an answer.</summary>
/// <param name="IsPrimary">主需; false: 次需.</param>
/// <param name="Category">Its category of constraint, "(no group)" where it names none.</param>
public sealed record Criterion(string Text, bool IsPrimary, string Category);

/// <summary>
/// A judgement in the file: its scores as text and how they were read, or the judge's answer that is still to be read.
/// </summary>
public sealed record StoredJudgement(CfBenchReading? Reading, string? Answer);

/// <summary>A prompt of CFBench (arXiv 2408.01122), its criteria and the response to it.</summary>
/// <param name="Gold">Reference answer, often empty.</param>
/// <param name="Split">"easy" or "hard".</param>
/// <param name="Stored">A published judgement; null: there is none.</param>
public sealed record CfBenchRecord(
    int Line, string Id, string Prompt, string Gold, string Split, IReadOnlyList<Criterion> Criteria, string Response,
    StoredJudgement? Stored);
