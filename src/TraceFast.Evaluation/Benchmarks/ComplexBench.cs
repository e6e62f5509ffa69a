using System.Text.RegularExpressions;
using TraceFast.Endpoint.Asking;
using TraceFast.Evaluation.Judging;

namespace TraceFast.Evaluation.Benchmarks;

/// <summary>
/// ComplexBench (arXiv 2407.03978). A question without a rule goes to the judge, one call each; for one with a rule the judge extracts what
/// the rule is about and a program checks it. What is undecided is false in the scores and is counted separately.
/// </summary>
public sealed partial class ComplexBench(JudgeSettings settings) : JudgedBench<ComplexBenchRecord, bool[]>(Info, settings)
{
    private const int InstructionCharacters = 6000, ResponseCharacters = 4000;

    /// <summary>A scoring question: "答案：是" or "答案：否".</summary>
    private static readonly PromptName s_question = Prompt("complexbench_question");

    /// <summary>The object that a rule is about: "评分对象：...".</summary>
    private static readonly PromptName s_object = Prompt("complexbench_object");

    /// <summary>The same where a rule is about each of several: objects joined by "||".</summary>
    private static readonly PromptName s_objects = Prompt("complexbench_objects");

    public static BenchInfo Info { get; } = new(
        "complexbench", settings => new ComplexBench(settings), ComplexBenchReader.Prompts,
        r => r.Has("scoring_questions") && r.Has("main_id"))
    {
        JudgePrompts = [s_question, s_object, s_objects],
    };

    protected override string Unit => "instructions";

    protected override IReadOnlyList<ComplexBenchRecord> Read(string responses, string? data) => ComplexBenchReader.Read(responses, data);

    protected override IReadOnlyList<Metric> Metrics(Judged judged) => [new ComplexBenchScores(judged.Records, judged.Scores).Overall];

    protected override IReadOnlyList<Breakdown> Breakdowns(Judged judged)
    {
        ComplexBenchScores scores = new(judged.Records, judged.Scores);
        return
        [
            new Breakdown("category", scores.ByCategory),
            new Breakdown("first composition", scores.ByFirstComposition),
            new Breakdown("compositions", scores.ByCompositions),
            new Breakdown("task type", scores.ByTaskType),
            new Breakdown("group of dimensions", scores.ByGroupOfDimension),
            new Breakdown("dimension", scores.ByDimension),
            Breakdown.OfPresent("coherence", new[] { false, true }.SelectMany(m => new[] { scores.Origin(m), scores.Coherent(m) })),
        ];
    }

    protected override IEnumerable<(string What, string Value)> Published(Judged judged)
    {
        ComplexBenchScores scores = new(judged.Records, judged.Scores);
        foreach (bool multiple in new[] { false, true })
        {
            if (double.IsFinite(scores.RelativeDrop(multiple)))
                yield return ($"relative drop of coherence, {(multiple ? "multiple" : "single")} selection",
                    scores.RelativeDrop(multiple).ToString("0.####", CultureInfo.InvariantCulture));
        }
    }

    protected override async Task<(JudgedRecord Record, bool[] Score)> JudgeAsync(ComplexBenchRecord record, CancellationToken cancel)
    {
        Verdict[] raw = new Verdict[record.Questions.Count];
        Judgements judgements = default;
        for (int i = 0; i < raw.Length; i++)
        {
            (raw[i], Judgements asked) = await AnswerAsync(record, record.Questions[i], cancel).ConfigureAwait(false);
            judgements += asked;
        }

        bool[] truths = Dependencies.Apply([.. raw.Select(v => v.IsObeyed)], [.. record.Questions.Select(q => q.DependsOn)]);
        return (new JudgedRecord
        {
            Line = record.Line,
            Id = record.Id,
            Prompt = record.Instruction,
            Response = record.Response,
            Constraints =
            [
                .. record.Questions.Select((q, i) => new ConstraintResult(
                    q.Dimensions.Concat(q.Compositions).FirstOrDefault("(no dimension)"), q.Text, OutcomeOf(raw[i], truths[i]),
                    ReasonOf(raw[i], truths[i]), [], q.Rule is null ? Decider.Judge : Decider.Program)),
            ],
            Judgements = judgements,
            Scores = [("drfr", (double)truths.Count(t => t) / truths.Length)],
        }, truths);
    }

    private static Outcome OutcomeOf(Verdict raw, bool truth) => raw.IsObeyed && !truth ? Outcome.Violated : raw.Outcome;

    private static string ReasonOf(Verdict raw, bool truth) =>
        raw.IsObeyed && !truth ? $"a question that it depends on is not true; itself: {raw.Reason}" : raw.Reason;

    private async Task<(Verdict Verdict, Judgements Asked)> AnswerAsync(
        ComplexBenchRecord record, ScoringQuestion question, CancellationToken cancel)
    {
        (string, string)[] slots = [
            ("instruction", Head(record.Instruction, InstructionCharacters)), ("response", Head(record.Response, ResponseCharacters)),
            ("question", question.Text)];
        if (question.Rule is { } rule)
        {
            PromptName name = rule.Contains("each", StringComparison.Ordinal) ? s_objects : s_object;
            return await AskAsync(name, slots, ExtractedObjects.Format(record.Response), (found, _) => Check(rule, found), cancel)
                .ConfigureAwait(false);
        }

        ResponseFormat<Verdicts> format = new(YesOrNo, "“答案：是”或“答案：否”，恰好出现一次");
        return await AskAsync(s_question, slots, format, (answer, text) => Verdict.Of(answer.Obeyed[0], $"the judge: {text}"), cancel)
            .ConfigureAwait(false);
    }

    private async Task<(Verdict Verdict, Judgements Asked)> AskAsync<T>(
        PromptName name, (string, string)[] slots, ResponseFormat<T> format, Func<T, string, Verdict> decide, CancellationToken cancel)
        where T : class
    {
        ParsedResponse<T> judgement = await Judge.AskAsync(Judge.Prompts.Get(name).Fill(slots), format, cancel).ConfigureAwait(false);
        return (judgement.Value is { } value ? decide(value, judgement.Shown) : new Verdict(Outcome.NeedsJudge, judgement.Reason),
            Judgements.Of(judgement));
    }

    private static Verdict Check(string rule, ExtractedObjects extracted)
    {
        try
        {
            string about = $"{rule} of \"{string.Join("\" || \"", extracted.Objects)}\"";
            return ComplexBenchRule.Check(rule, extracted.Objects) is { } holds
                ? Verdict.Of(holds, about) : new Verdict(Outcome.NeedsJudge, $"there is no rule {rule}");
        }
        catch (RuleException e)
        {
            return new Verdict(Outcome.NeedsJudge, e.Message);
        }
    }

    /// <summary>The first characters of a text, as many as the published code's prompts hold.</summary>
    private static string Head(string text, int characters)
    {
        int end = 0;
        for (int n = 0; n < characters && end < text.Length; n++)
            end += char.IsHighSurrogate(text[end]) && end + 1 < text.Length && char.IsLowSurrogate(text[end + 1]) ? 2 : 1;
        return text[..end];
    }

    private static Verdicts? YesOrNo(string answer) =>
        Answer().Matches(answer) is { Count: 1 } found ? new Verdicts([found[0].Groups[1].Value == "是"]) : null;

    private static PromptName Prompt(string name) => new(typeof(ComplexBench), name, ["instruction", "response", "question"]);

    [GeneratedRegex("答案[：:]\\s*(是|否)")]
    private static partial Regex Answer();
}

/// <summary>
/// ComplexBench's dependency step (arXiv 2407.03978, section 4.2): a question is false when a question that it directly depends on was
/// judged false, else as it was judged. Only raw judgements of direct dependencies count: a question made false here does not make others
/// false.
/// </summary>
public static class Dependencies
{
    /// <param name="dependsOn">For each question the numbers of those it depends on.</param>
    public static bool[] Apply(IReadOnlyList<bool> judged, IReadOnlyList<IReadOnlyList<int>> dependsOn) =>
        [.. judged.Select((own, i) => own && dependsOn[i].All(d => judged[d]))];
}

/// <summary>
/// ComplexBench's figures (arXiv 2407.03978, sections 4 and 5.2). DRFR = true judgements / questions after the dependency step, of all and
/// by category, first composition of the category, task type, compositions of the instruction, dimension or composition of the question and
/// its group. Coherence: instructions of one group form a tree, single or multiple by the number of Selection questions of its first;
/// origin = instructions wholly true / instructions, coherent = trees wholly true / trees.
/// </summary>
/// <param name="truths">For each its questions' judgements after the dependency step.</param>
public sealed class ComplexBenchScores(IReadOnlyList<ComplexBenchRecord> records, IReadOnlyList<bool[]> truths)
{
    private static readonly Dictionary<string, string[]> s_groupsOfDimensions = new()
    {
        ["Lexical"] = ["Word Matching", "Keywords"],
        ["Structure"] = ["JSON Format", "Markdown Format", "Bullets Format", "Length", "Start with", "End with", "Punctuation", "Template"],
        ["Semantic"] = ["Language Style", "Personalization", "Topic", "Sentiment"],
        ["Utility"] = ["Helpfulness", "Target Language", "Supportiveness", "Consistency", "Factuality"],
    };

    public Metric Overall => Drfr("drfr", null, (_, _) => 1);

    public IReadOnlyList<Metric> ByCategory => By((r, _) => [r.Category], ordered: true);

    public IReadOnlyList<Metric> ByFirstComposition => By((r, _) => [r.Category.Split('_')[0]], ordered: true);

    public IReadOnlyList<Metric> ByTaskType => By((r, _) => [r.TaskType]);

    public IReadOnlyList<Metric> ByCompositions =>
        By((r, _) => [string.Join('_', r.Compositions.Order(StringComparer.Ordinal))], ordered: true);

    /// <summary>A question with two dimensions of one group counts twice there, as published.</summary>
    public IReadOnlyList<Metric> ByGroupOfDimension => By((_, q) => [.. q.Dimensions.Select(GroupOf), .. q.Compositions]);

    public IReadOnlyList<Metric> ByDimension => By((_, q) => [.. q.Dimensions, .. q.Compositions]);

    /// <summary>Share of the instructions in trees of a depth that are wholly true.</summary>
    /// <param name="multiple">Trees with two Selections or more; false: with one.</param>
    public Metric Origin(bool multiple) =>
        new("origin", [.. Trees(multiple).SelectMany(t => t).Order().Select(i => new Observation(i, truths[i].All(t => t) ? 1 : 0, 1))])
        {
            Part = Depth(multiple),
        };

    /// <summary>Share of the trees of a depth whose instructions are all wholly true.</summary>
    public Metric Coherent(bool multiple) =>
        new("coherent", [.. Trees(multiple).Select(t => new Observation(t[0], t.All(i => truths[i].All(j => j)) ? 1 : 0, 1))])
        {
            Part = Depth(multiple),
        };

    /// <summary>(origin - coherent) / origin; NaN where there is no such tree or no instruction is wholly true.</summary>
    public double RelativeDrop(bool multiple)
    {
        double origin = Origin(multiple).Value;
        return (origin - Coherent(multiple).Value) / origin;
    }

    private static string Depth(bool multiple) => multiple ? "multiple" : "single";

    private static string GroupOf(string dimension) =>
        s_groupsOfDimensions.FirstOrDefault(g => g.Value.Contains(dimension)).Key ?? "Others";

    /// <summary>Records of each group of such a depth, groups in the order of their first record.</summary>
    private IEnumerable<int[]> Trees(bool multiple) => Enumerable.Range(0, records.Count)
        .GroupBy(i => records[i].Group)
        .Select(g => g.ToArray())
        .Where(g =>
            records[g[0]].Questions.Count(q => q.Compositions.Contains("Selection")) is int depth && (multiple ? depth >= 2 : depth == 1));

    private Metric[] By(Func<ComplexBenchRecord, ScoringQuestion, IReadOnlyList<string>> partsOf, bool ordered = false)
    {
        IEnumerable<string> parts = records.SelectMany(r => r.Questions.SelectMany(q => partsOf(r, q))).Distinct();
        return [.. (ordered ? parts.Order(StringComparer.Ordinal) : parts).Select(
            p => Drfr("drfr", p, (r, q) => partsOf(r, q).Count(x => x == p)))];
    }

    private Metric Drfr(string name, string? part, Func<ComplexBenchRecord, ScoringQuestion, int> weight)
    {
        List<Observation> observations = [];
        for (int i = 0; i < records.Count; i++)
        {
            int all = 0, right = 0;
            for (int q = 0; q < records[i].Questions.Count; q++)
            {
                int times = weight(records[i], records[i].Questions[q]);
                all += times;
                right += truths[i][q] ? times : 0;
            }

            if (all > 0)
                observations.Add(new Observation(i, right, all));
        }

        return new Metric(name, observations) { Part = part };
    }
}

/// <summary>
/// Reads ComplexBench's published layout (data_final.json): main_id, group, instruction, task_types, composition_types, category,
/// scoring_questions with question, rule, constraint_dimensions, composition_types, dep. Responses are in the same records, or in a file
/// of their own with "main_id" (or "id") and "generated".
/// </summary>
public static class ComplexBenchReader
{
    private static readonly JoinKey s_key = JoinKey.Number("main_id");

    /// <exception cref="InputException">Names file and line.</exception>
    public static IReadOnlyList<ComplexBenchRecord> Read(string responses, string? data) =>
    [
        .. ResponseFile.WithRecords(responses, data, "ComplexBench", "scoring_questions", _ => s_key)
            .Select(p => Record(p.Record, p.Answer)),
    ];

    /// <summary>The instructions of ComplexBench's own file.</summary>
    /// <exception cref="InputException">Names file and line.</exception>
    public static IReadOnlyList<BenchPrompt> Prompts(string data) =>
        [.. ResponseFile.Read(data).Select(r => BenchPrompt.Of(s_key.OfRecord(r), r.Text("instruction")))];

    private static ComplexBenchRecord Record(JsonLine record, JsonLine answer)
    {
        ScoringQuestion[] questions = [.. record.Objects("scoring_questions").Select(Question)];
        if (questions.Length == 0)
            throw record.Error("'scoring_questions' is empty; an instruction of ComplexBench has at least one question");
        for (int i = 0; i < questions.Length; i++)
        {
            if (questions[i].DependsOn.Any(d => d < 0 || d >= questions.Length))
                throw record.Error(
                    $"scoring_questions[{i}]: 'dep' names question "
                    + $"{questions[i].DependsOn.First(d => d < 0 || d >= questions.Length)}; there are {questions.Length}, from 0");
        }

        return new ComplexBenchRecord(
            answer.Line, s_key.OfRecord(record), record.TextOrNull("group") ?? "", record.Text("instruction"), record.Text("task_types"),
            record.Texts("composition_types"),
            record.Text("category"), questions, ResponseFile.TextOf(answer));
    }

    private static ScoringQuestion Question(JsonLine question) => new(
        question.Text("question"), question.TextOrNull("rule"), question.Texts("constraint_dimensions"),
        question.Texts("composition_types"), question.Integers("dep"));
}

/// <summary>A scoring question of ComplexBench.</summary>
/// <param name="Rule">A rule that a program checks; null: a judge answers.</param>
/// <param name="Dimensions">Constraint dimensions that it verifies.</param>
/// <param name="Compositions">Composition types that it verifies: And, Chain, Selection.</param>
/// <param name="DependsOn">Numbers of the questions that must be true first.</param>
public sealed record ScoringQuestion(
    string Text, string? Rule, IReadOnlyList<string> Dimensions, IReadOnlyList<string> Compositions, IReadOnlyList<int> DependsOn);

/// <summary>An instruction of ComplexBench (arXiv 2407.03978) and the response to it.</summary>
/// <param name="Group">Instructions of one tree share it (the coherence test); empty: none.</param>
/// <param name="Compositions">All composition types of the instruction.</param>
/// <param name="Category">Composition types and depth: "And_Selection_2".</param>
public sealed record ComplexBenchRecord(
    int Line, string Id, string Group, string Instruction, string TaskType, IReadOnlyList<string> Compositions, string Category,
    IReadOnlyList<ScoringQuestion> Questions, string Response);
