using TraceFast.Constraints.Recognition;
using TraceFast.Endpoint.Asking;
using TraceFast.Evaluation.Judging;
using Response = TraceFast.Constraints.Response;

namespace TraceFast.Evaluation.Benchmarks;

/// <summary>
/// TRACE (arXiv 2411.06208, section 5): IF-S and IF-M. A constraint's line that states only rule-checked constraints is checked by program,
/// every other one by the judge: on its own, or all of a record's in one call. As the paper has it, the judge grades all of a record's from
/// 0 to 10, and 10 alone is obeyed.
/// </summary>
public sealed class TraceBench(JudgeSettings settings) : JudgedBench<TraceRecord, int>(Info, settings)
{
    private static readonly Dictionary<string, string> s_formerSlots = new() { ["fence"] = "delimiter" };

    /// <summary>One constraint of an instruction: the last line of the answer is "VERDICT: YES" or "VERDICT: NO".</summary>
    internal static readonly PromptName ConstraintPrompt = new(
        typeof(TraceBench), "trace_constraint", ["instruction", "constraint", "response", "delimiter"]) { FormerSlots = s_formerSlots };

    /// <summary>Constraints of an instruction, numbered from 1: the last lines are "1: YES", "2: NO" ...</summary>
    internal static readonly PromptName RecordPrompt = new(
        typeof(TraceBench), "trace_record", ["instruction", "constraints", "response", "delimiter", "count"])
    {
        FormerSlots = s_formerSlots,
    };

    /// <summary>All constraints of an instruction, numbered from 1: the last lines are "1: 10", "2: 7" ...</summary>
    internal static readonly PromptName PublishedPrompt =
        new(typeof(TraceBench), "trace_published", ["instruction", "constraints", "response", "delimiter", "count"]);

    private const int FullMarks = 10;

    public static BenchInfo Info { get; } = new(
        "trace", settings => new TraceBench(settings), TraceReader.Prompts, r => r.Has("constraints_splits") && r.Has("levels2"))
    {
        JudgePrompts = [ConstraintPrompt, RecordPrompt, PublishedPrompt],
    };

    public override IReadOnlyList<BenchPrompt> Prompts() => TraceReader.Prompts(BenchPrompt.DataOf(Settings.Data));

    protected override IReadOnlyList<TraceRecord> Read(string responses, string? data) => TraceReader.Read(responses, data);

    /// <summary>Without a judge what no program checks is undecided.</summary>
    protected override (int ForJudge, int All) CountForJudge(IReadOnlyList<TraceRecord> records) => (0, records.Count);

    protected override IReadOnlyList<Metric> Metrics(Judged judged) => TraceScores.Metrics(judged.Results);

    protected override IReadOnlyList<Breakdown> Breakdowns(Judged judged) => TraceScores.Breakdowns(judged.Results, judged.Records);

    /// <summary>Labels that are none of the 26 categories are scored and reported, not dropped.</summary>
    protected override IEnumerable<(string What, string Value)> Notes(Judged judged) => judged.Records
        .SelectMany(r => r.Constraints)
        .Where(c => c.Category is null)
        .GroupBy(c => c.Label)
        .Select(g => ($"label \"{g.Key}\", not a category of TRACE", $"{g.Count()} constraints, scored and shown by themselves"));

    protected override async Task<(JudgedRecord Record, int Score)> JudgeAsync(TraceRecord record, CancellationToken cancel)
    {
        Response response = new(record.Response);
        Verdict[] verdicts =
        [
            .. record.Constraints.Select(c => Settings.JudgeBy == JudgeBy.Published ? Verdict.NeedsJudge
                : ProgramCheck.Of(ConstraintRecognizer.Recognize(c.Text, record.Description), response)),
        ];
        int[] open = [.. Enumerable.Range(0, verdicts.Length).Where(i => verdicts[i].Outcome == Outcome.NeedsJudge)];
        Judgements judgements = open.Length == 0 ? default
            : Settings.Judge is null ? Judgements.NotAsked(Settings.JudgeBy == JudgeBy.Constraint ? open.Length : 1)
            : Settings.JudgeBy switch
            {
                JudgeBy.Constraint => await JudgeEachAsync(record, open, verdicts, cancel).ConfigureAwait(false),
                JudgeBy.Record => await JudgeTogetherAsync(
                    RecordPrompt, VerdictFormats.Numbered(open.Length), VerdictOf, record, open, verdicts, cancel).ConfigureAwait(false),
                _ => await JudgeTogetherAsync(
                    PublishedPrompt, VerdictFormats.Graded(open.Length, FullMarks), GradeOf, record, open, verdicts, cancel)
                    .ConfigureAwait(false),
            };
        return (new JudgedRecord
        {
            Line = record.Line,
            Id = record.Id,
            Prompt = record.Instruction,
            Response = record.Response,
            Constraints =
            [
                .. record.Constraints.Zip(verdicts, (c, v) => (Constraint: c, Verdict: v)).Select((x, i) => new ConstraintResult(
                    x.Constraint.CategoryName, x.Constraint.Text, x.Verdict.Outcome, x.Verdict.Reason,
                    x.Verdict.Where is { } place ? [place] : [], open.Contains(i) ? Decider.Judge : Decider.Program)),
            ],
            Judgements = judgements,
            Scores = [("all_obeyed", verdicts.All(v => v.IsObeyed) ? 1 : 0)],
        }, 0);
    }

    private async Task<Judgements> JudgeEachAsync(TraceRecord record, int[] open, Verdict[] verdicts, CancellationToken cancel)
    {
        Judgements judgements = default;
        foreach (int i in open)
        {
            string prompt = Judge.Prompts.Get(ConstraintPrompt).Fill(
                ("instruction", record.Instruction), ("constraint", record.Constraints[i].Text), ("response", record.Response),
                ("delimiter", Delimiter.Of(record.Response)));
            ParsedResponse<Verdicts> judgement = await Judge.AskAsync(prompt, VerdictFormats.One, cancel).ConfigureAwait(false);
            verdicts[i] = VerdictOf(judgement, 0);
            judgements += Judgements.Of(judgement);
        }

        return judgements;
    }

    /// <param name="verdictOf">Of the constraint with such a number among the open ones, from 0.</param>
    private async Task<Judgements> JudgeTogetherAsync<T>(
        PromptName name, ResponseFormat<T> format, Func<ParsedResponse<T>, int, Verdict> verdictOf, TraceRecord record, int[] open,
        Verdict[] verdicts, CancellationToken cancel)
        where T : class
    {
        string prompt = Judge.Prompts.Get(name).Fill(
            ("instruction", record.Instruction),
            ("constraints", string.Join('\n', open.Select((i, n) => $"{n + 1}: {record.Constraints[i].Text}"))),
            ("response", record.Response), ("delimiter", Delimiter.Of(record.Response)), ("count", $"{open.Length}"));
        ParsedResponse<T> judgement = await Judge.AskAsync(prompt, format, cancel).ConfigureAwait(false);
        for (int n = 0; n < open.Length; n++)
            verdicts[open[n]] = verdictOf(judgement, n);
        return Judgements.Of(judgement);
    }

    private static Verdict GradeOf(ParsedResponse<Grades> judgement, int number) => judgement.Value is { } value
        ? Verdict.Of(value.Of[number] == FullMarks, $"the judge: {value.Of[number]} of {FullMarks}; {judgement.Shown}")
        : new Verdict(Outcome.NeedsJudge, judgement.Reason);

    private static Verdict VerdictOf(ParsedResponse<Verdicts> judgement, int number) => judgement.Value is { } value
        ? Verdict.Of(value.Obeyed[number], $"the judge: {judgement.Shown}")
        : new Verdict(Outcome.NeedsJudge, judgement.Reason);
}

/// <summary>
/// What a program can decide about a constraint's line: a line that is understood as a whole is obeyed or violated; of another one only a
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
/// constraints are all obeyed. In addition the share of constraints obeyed. No official scorer is public; this reading follows the paper's
/// names and the structure of its file (200 instructions with one constraint, 842 with several). A constraint that is undecided is not
/// obeyed.
/// </summary>
public static class TraceScores
{
    public static IReadOnlyList<Metric> Metrics(IReadOnlyList<RecordResult> records) =>
    [
        AllObeyed("if_s", records, n => n == 1), AllObeyed("if_m", records, n => n > 1),
        Metric.ShareObeyed("constraints", records, (_, _) => true),
    ];

    internal static IReadOnlyList<Breakdown> Breakdowns(IReadOnlyList<JudgedRecord> judged, IReadOnlyList<TraceRecord> records)
    {
        TraceConstraint[] all = [.. records.SelectMany(r => r.Constraints)], unknown = [.. all.Where(c => c.Category is null)];
        IEnumerable<string> categories = [.. Category.All.Select(k => k.Name), .. unknown.Select(c => c.CategoryName).Distinct()];
        IEnumerable<string> groups =
            [.. Enum.GetNames<Group>().Select(g => g.ToLowerInvariant()), .. unknown.Select(c => c.GroupName).Distinct()];
        return
        [
            Breakdown.OfPresent("category", categories.Select(
                c => Metric.ShareObeyed("constraints", judged, (r, i) => records[r].Constraints[i].CategoryName == c, c))),
            Breakdown.OfPresent("group", groups.Select(
                g => Metric.ShareObeyed("constraints", judged, (r, i) => records[r].Constraints[i].GroupName == g, g))),
            new("number of constraints",
                [.. records.Select(r => r.Constraints.Count).Distinct().Order().Select(
                    n => AllObeyed("all_obeyed", judged, c => c == n) with { Part = $"{n}" })]),
            Breakdown.OfPresent("decider", new[] { Decider.Program, Decider.Judge }.Select(
                d => Metric.ShareObeyed("constraints", judged, (r, i) => judged[r].Constraints[i].By == d, $"{d}".ToLowerInvariant()))),
        ];
    }

    /// <summary>One observation for each record with such a number of constraints: 1 where all are obeyed.</summary>
    private static Metric AllObeyed(string name, IReadOnlyList<RecordResult> records, Func<int, bool> isMeant) => new(name,
    [
        .. records.Index().Where(r => isMeant(r.Item.Constraints.Count))
            .Select(r => new Observation(r.Index, r.Item.Constraints.All(c => c.Outcome == Outcome.Obeyed) ? 1 : 0, 1)),
    ]);
}

/// <summary>
/// Reads TRACE's published layout: id, messages (system, user), description, constraints_splits (the constraints, one a line), levels2
/// (their labels), constraints_num. Responses are in the same records under "response", or in a file of their own with the records' "id"
/// (or the user's message as "prompt").
/// </summary>
public static class TraceReader
{
    /// <exception cref="InputException">Names file and line.</exception>
    public static IReadOnlyList<TraceRecord> Read(string responses, string? data) =>
        [.. ResponseFile.WithRecords(responses, data, "TRACE", "constraints_splits", KeyOf).Select(p => Record(p.Record, p.Answer))];

    private static JoinKey KeyOf(JsonLine answer) => answer.Has("id")
        ? new JoinKey("id", line => line.Text("id"), line => line.Text("id"))
        : new JoinKey("prompt", UserMessage, line => line.Has("prompt") ? line.Text("prompt") : UserMessage(line));

    /// <summary>The prompts of TRACE's own file: each record's messages up to the user's last.</summary>
    /// <exception cref="InputException">Names file and line.</exception>
    public static IReadOnlyList<BenchPrompt> Prompts(string data) => [.. ResponseFile.Read(data).Select(r =>
    {
        IReadOnlyList<Message> messages = r.Messages("messages");
        int last = messages.Count - 1;
        while (last >= 0 && messages[last].Role != Role.User)
            last--;
        return last >= 0
            ? new BenchPrompt(r.Text("id"), [.. messages.Take(last + 1)]) : throw r.Error("'messages' has no message of the user");
    })];

    private static TraceRecord Record(JsonLine record, JsonLine answer)
    {
        IReadOnlyList<string> texts = record.Texts("constraints_splits");
        IReadOnlyList<string> labels = record.Texts("levels2");
        if (texts.Count == 0)
            throw record.Error("'constraints_splits' is empty; an instruction of TRACE has at least one constraint");
        if (labels.Count != texts.Count)
            throw record.Error($"'levels2' has {labels.Count} labels for {texts.Count} constraints");
        if (record.Has("constraints_num") && record.Integer("constraints_num") != texts.Count)
            throw record.Error($"'constraints_num' is {record.Integer("constraints_num")}, and there are {texts.Count} constraints");
        return new TraceRecord(
            answer.Line, record.Text("id"), UserMessage(record), record.TextOrNull("description") ?? "",
            [.. texts.Select((t, i) => new TraceConstraint(t, labels[i]))], ResponseFile.TextOf(answer));
    }

    /// <summary>The last user's message.</summary>
    private static string UserMessage(JsonLine record) =>
        record.Messages("messages").LastOrDefault(m => m.Role == Role.User)?.Content
            ?? throw record.Error("'messages' has no message of the user");
}

/// <summary>One constraint of a TRACE instruction: a line of it.</summary>
/// <param name="Text">As in the instruction, its number included.</param>
/// <param name="Label">The label in levels2.</param>
public sealed record TraceConstraint(string Text, string Label)
{
    /// <summary>One of the 26 categories; null where the label is none of them (the published file holds two such labels).</summary>
    public Category? Category { get; } = Category.OfLabel(Label);

    /// <summary>The category's name, or the label itself where it is not a category.</summary>
    public string CategoryName => Category?.Name ?? $"{Label} (not a category of TRACE)";

    public string GroupName => Category?.Group.ToString().ToLowerInvariant() ?? "(not a category of TRACE)";
}

/// <summary>An instruction of TRACE (arXiv 2411.06208, section 3) and the response to it.</summary>
/// <param name="Description">The task without constraints and inputs.</param>
/// <param name="Response">The answer, possibly empty.</param>
public sealed record TraceRecord(
    int Line, string Id, string Instruction, string Description, IReadOnlyList<TraceConstraint> Constraints, string Response);
