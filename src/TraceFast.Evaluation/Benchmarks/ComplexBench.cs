using System.Globalization;
using System.Text.RegularExpressions;
using TraceFast.Constraints;
using TraceFast.Endpoint.Asking;
using TraceFast.Evaluation.Judging;
using TraceFast.Evaluation.Responses;

namespace TraceFast.Evaluation.Benchmarks;

/// <summary>
/// ComplexBench (arXiv 2407.03978). A question without a rule goes to the judge, one call each; for one with a rule the judge extracts what
/// the rule speaks about and a program checks it. What is undecided is false in the scores and is counted apart.
/// </summary>
public sealed partial class ComplexBench(JudgeSettings settings) : IBench
{
    private const int InstructionCharacters = 6000, ResponseCharacters = 4000;

    public string Name => "complexbench";

    public IReadOnlyList<BenchPrompt> Prompts()
    {
        IReadOnlyList<BenchPrompt> prompts = ComplexBenchReader.Prompts(BenchPrompt.DataOf(settings.Data));
        return settings.Judge is not null ? prompts : throw JudgeSettings.Missing(prompts.Count, prompts.Count, "instructions");
    }

    public async Task<BenchResult> ScoreAsync(string responses, CancellationToken interrupt)
    {
        IReadOnlyList<ComplexBenchRecord> records = ComplexBenchReader.Read(responses, settings.Data);
        if (settings.Judge is not { } judge)
            throw JudgeSettings.Missing(records.Count, records.Count, "instructions");
        (JudgedRecord Record, bool[] Truths)[] judged =
            await RecordLoop.RunAsync(
                records, settings.MaxConcurrency, (r, _, cancel) => JudgeAsync(judge, r, cancel), settings.Progress,
                interrupt).ConfigureAwait(false);
        JudgedRecord[] results = [.. judged.Select(j => j.Record)];
        ComplexBenchScores scores = new(records, [.. judged.Select(j => j.Truths)]);
        return new BenchResult
        {
            Bench = Name,
            Metrics = [scores.Overall],
            Breakdowns =
            [
                new Breakdown("category", scores.ByCategory),
                new Breakdown("first composition", scores.ByFirstComposition),
                new Breakdown("compositions", scores.ByCompositions),
                new Breakdown("task type", scores.ByTaskType),
                new Breakdown("group of dimensions", scores.ByGroupOfDimension),
                new Breakdown("dimension", scores.ByDimension),
                new Breakdown(
                    "coherence",
                    [.. new[] { false, true }.SelectMany(m => new[] { scores.Origin(m), scores.Coherent(m) })
                        .Where(m => m.Observations.Count > 0)]),
            ],
            Records = results,
            Judgements = JudgeFacts.Sum(results),
            AllowedUnjudged = settings.AllowedUnjudged,
            Facts = [.. JudgeFacts.AreWhole(results, settings) ? Drops(scores) : [], .. JudgeFacts.Of(results, settings)],
        };
    }

    private static async Task<(JudgedRecord Record, bool[] Truths)> JudgeAsync(
        StructuredChat judge, ComplexBenchRecord record, CancellationToken cancel)
    {
        Verdict[] raw = new Verdict[record.Questions.Count];
        Judgements judgements = default;
        for (int i = 0; i < raw.Length; i++)
        {
            (raw[i], Judgements asked) = await AnswerAsync(judge, record, record.Questions[i], cancel).ConfigureAwait(false);
            judgements += asked;
        }

        bool[] truths = Dependencies.Apply([.. raw.Select(v => v.IsObeyed)], [.. record.Questions.Select(q => q.DependsOn)]);
        ConstraintResult[] constraints = [.. record.Questions.Select((q, i) => new ConstraintResult(
            q.Dimensions.Count > 0 ? q.Dimensions[0] : q.Compositions.Count > 0 ? q.Compositions[0] : "(no dimension)", q.Text,
            OutcomeOf(raw[i], truths[i]), ReasonOf(raw[i], truths[i]), []))];
        return (new JudgedRecord
        {
            Line = record.Line,
            Id = record.Id,
            Prompt = record.Instruction,
            Response = record.Response,
            Constraints = constraints,
            Deciders = [.. record.Questions.Select(q => q.Rule is null ? Decider.Judge : Decider.Program)],
            Judgements = judgements,
            Scores = [("drfr", (double)truths.Count(t => t) / truths.Length)],
        }, truths);
    }

    private static Outcome OutcomeOf(Verdict raw, bool truth) => raw.IsObeyed && !truth ? Outcome.Violated : raw.Outcome;

    private static string ReasonOf(Verdict raw, bool truth) =>
        raw.IsObeyed && !truth ? $"a question that it depends on is not true; itself: {raw.Reason}" : raw.Reason;

    private static async Task<(Verdict Verdict, Judgements Asked)> AnswerAsync(
        StructuredChat judge, ComplexBenchRecord record, ScoringQuestion question, CancellationToken cancel)
    {
        (string, string)[] slots = [
            ("instruction", Head(record.Instruction, InstructionCharacters)), ("response", Head(record.Response, ResponseCharacters)),
            ("question", question.Text)];
        if (question.Rule is { } rule)
            return await CheckAsync(judge, record.Response, rule, slots, cancel).ConfigureAwait(false);
        ResponseFormat<Verdicts> form = new(YesOrNo, "“答案：是”或“答案：否”，恰好出现一次");
        ParsedResponse<Verdicts> judgement = await judge.AskAsync(
            judge.Prompts.Get(JudgePrompts.ComplexBenchQuestion).Fill(slots), form, cancel).ConfigureAwait(false);
        return (judgement.Value is { } value
            ? Verdict.Of(value.Obeyed[0], $"the judge: {judgement.Shown}") : new Verdict(Outcome.NeedsJudge, judgement.Reason),
            Judgements.Of(judgement));
    }

    private static async Task<(Verdict Verdict, Judgements Asked)> CheckAsync(
        StructuredChat judge, string response, string rule, (string, string)[] slots, CancellationToken cancel)
    {
        PromptName name = rule.Contains("each", StringComparison.Ordinal)
            ? JudgePrompts.ComplexBenchObjects : JudgePrompts.ComplexBenchObject;
        ParsedResponse<ExtractedObjects> judgement = await judge.AskAsync(
            judge.Prompts.Get(name).Fill(slots), ExtractedObjects.Form(response), cancel).ConfigureAwait(false);
        return (judgement.Value is { } extracted ? Check(rule, extracted) : new Verdict(Outcome.NeedsJudge, judgement.Reason),
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

    /// <summary>The published code's prompts hold so many characters and no more.</summary>
    private static string Head(string text, int characters)
    {
        int end = 0;
        for (int n = 0; n < characters && end < text.Length; n++)
            end += char.IsHighSurrogate(text[end]) && end + 1 < text.Length && char.IsLowSurrogate(text[end + 1]) ? 2 : 1;
        return text[..end];
    }

    private static Verdicts? YesOrNo(string answer) =>
        Answer().Matches(answer) is { Count: 1 } found ? new Verdicts([found[0].Groups[1].Value == "是"]) : null;

    private static IEnumerable<(string What, string Value)> Drops(ComplexBenchScores scores)
    {
        foreach (bool multiple in new[] { false, true })
        {
            if (double.IsFinite(scores.RelativeDrop(multiple)))
                yield return ($"relative drop of coherence, {(multiple ? "multiple" : "single")} selection",
                    scores.RelativeDrop(multiple).ToString("0.####", CultureInfo.InvariantCulture));
        }
    }

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
    /// <param name="judged">Raw judgement of each question.</param>
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
/// <param name="records">The instructions.</param>
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
