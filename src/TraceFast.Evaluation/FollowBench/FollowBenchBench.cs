using System.Globalization;
using TraceFast.Constraints;
using TraceFast.Endpoint.Asking;
using TraceFast.Evaluation.FollowBench.Programs;
using TraceFast.Evaluation.Judging;
using TraceFast.Evaluation.PublishedCode;
using TraceFast.Evaluation.Responses;

namespace TraceFast.Evaluation.FollowBench;

/// <summary>
/// FollowBench (arXiv 2310.20410): HSR, SSR and CSL. Some sources and the set "example" are checked by program (<see cref="ExampleProgram"/>), all others by one call of the judge for
/// each level. What is undecided counts -1, as in the published code, and is reported.
/// </summary>
public sealed class FollowBenchBench(JudgeSettings settings) : IBench
{
    public string Name => "followbench";

    public IReadOnlyList<BenchPrompt> Prompts()
    {
        IReadOnlyList<FollowBenchGroup> groups = FollowBenchReader.Unanswered(BenchPrompt.DataOf(settings.Data));
        RequireJudge(groups);
        return FollowBenchReader.Prompts(groups);
    }

    public async Task<BenchResult> ScoreAsync(string responses, CancellationToken interrupt)
    {
        IReadOnlyList<FollowBenchGroup> groups = FollowBenchReader.Read(responses, settings.Data);
        RequireJudge(groups);
        (FollowBenchGroup Group, FollowBenchRecord Record)[] records = [.. groups.SelectMany(g => g.Scored.Select(r => (g, r)))];
        (JudgedRecord Record, LevelScore Score)[] judged =
            await RecordLoop.RunAsync(records, settings.AtOnce, (r, _, cancel) => JudgeAsync(r.Group, r.Record, cancel), settings.Progress, interrupt).ConfigureAwait(false);
        JudgedRecord[] results = [.. judged.Select(j => j.Record)];
        LevelScore[][] scores = [.. judged.Select(j => j.Score).Chunk(5)];
        return new BenchResult
        {
            Bench = Name,
            Metrics = FollowBenchMetrics.Of(scores),
            Breakdowns = FollowBenchMetrics.Breakdowns(scores, groups),
            Records = results,
            Judgements = JudgeFacts.Sum(results),
            AllowedUnjudged = settings.AllowedUnjudged,
            Facts = [.. JudgeFacts.AreWhole(results, settings) ? Published(scores, groups) : [], .. Undecided(scores), .. JudgeFacts.Of(results, settings)],
        };
    }

    private void RequireJudge(IReadOnlyList<FollowBenchGroup> groups)
    {
        if (settings.Judge is null && groups.Count(g => !ExampleProgram.Applies(g.Levels[^1], g.IsChinese)) is > 0 and int forJudge)
            throw JudgeSettings.Missing(forJudge, groups.Count, "examples");
    }

    private async Task<(JudgedRecord Record, LevelScore Score)> JudgeAsync(FollowBenchGroup group, FollowBenchRecord record, CancellationToken cancel)
    {
        string response = record.Response!;
        string[] texts = [.. Enumerable.Range(1, record.Level).Select(n => string.Create(CultureInfo.InvariantCulture, $"added constraint {n}"))];
        ConstraintResult[] constraints;
        LevelScore score;
        Decider decider = Decider.Program;
        Judgements judgements = default;
        if (ExampleProgram.Check(record, group.IsChinese) is { } satisfied)
        {
            score = LevelScore.Of(record.Level, satisfied);
            Outcome outcome = satisfied ? Outcome.Obeyed : Outcome.Violated;
            constraints = [new ConstraintResult(record.Category, "all added constraints", outcome, $"the program of the source {record.Source}", [])];
        }
        else
        {
            decider = Decider.Judge;
            FormedAnswer<FollowBenchAnswer> judgement = await AskAsync(group, record, response, cancel).ConfigureAwait(false);
            FollowBenchAnswer? answer = judgement.Value;
            string why = judgement.IsDecided ? $"the judge: {judgement.Shown}" : judgement.Why;
            judgements = Judgements.Of(judgement);
            score = LevelScore.Of(record.Level, answer);
            constraints = [.. texts.Select((t, i) => new ConstraintResult(record.Category, t, answer is null ? Outcome.NeedsJudge : answer.Satisfied[i] ? Outcome.Obeyed : Outcome.Violated, why, []))];
        }

        return (new JudgedRecord
        {
            Line = record.Line,
            Id = record.Id,
            Prompt = record.Instruction,
            Response = response,
            Constraints = constraints,
            Deciders = [.. constraints.Select(_ => decider)],
            Judgements = judgements,
            Scores = [("hard", score.Hard), ("soft", score.Soft)],
        }, score);
    }

    private async Task<FormedAnswer<FollowBenchAnswer>> AskAsync(FollowBenchGroup group, FollowBenchRecord record, string response, CancellationToken cancel)
    {
        Asker judge = settings.Judge!; // refused before where one is needed
        string prompt = FollowBenchPrompt.Of(judge.Prompts, group, record, response);
        AnswerForm<FollowBenchAnswer> form = new(
            text => FollowBenchAnswer.Parse(text, record.Level),
            string.Create(CultureInfo.InvariantCulture, $"the last line is only a Python list with exactly {record.Level} elements, each 'YES' or 'NO'"));
        return await judge.AskAsync(prompt, form, cancel).ConfigureAwait(false);
    }

    /// <summary>The figures with the published code's rounding: each set, and the mean of the sets' weighted figures.</summary>
    private static IEnumerable<(string What, string Value)> Published(LevelScore[][] scores, IReadOnlyList<FollowBenchGroup> groups)
    {
        List<FollowBenchScore> sets = [];
        foreach (string type in groups.Select(g => g.Type).Distinct())
        {
            int[] those = [.. Enumerable.Range(0, groups.Count).Where(i => groups[i].Type == type)];
            bool ByProgram(int i) => ExampleProgram.Applies(groups[i].Levels[^1], groups[i].IsChinese);
            FollowBenchScore score = FollowBenchScore.Of([.. those.Where(i => !ByProgram(i)).Select(i => scores[i])], [.. those.Where(ByProgram).Select(i => scores[i])]);
            // The published aggregator reads the files *hsr.csv and *ssr.csv, which the set "example" has not.
            if (type != "example")
                sets.Add(score);
            yield return ($"as published, {type}", string.Create(CultureInfo.InvariantCulture, $"HSR {string.Join(" ", score.Hsr)}, SSR {string.Join(" ", score.Ssr)}, CSL {score.Csl:0.0}"));
        }

        double hsr = Rounded.Mean([.. sets.Select(s => s.WeightedHsr)]), ssr = Rounded.Mean([.. sets.Select(s => s.WeightedSsr)]);
        if (sets.Count > 0)
            yield return ("as published, levels weighted by their number, mean of the sets without \"example\"", string.Create(CultureInfo.InvariantCulture, $"HSR {hsr:0.####}, SSR {ssr:0.####}"));
    }

    private static IEnumerable<(string What, string Value)> Undecided(LevelScore[][] scores)
    {
        int undecided = scores.SelectMany(s => s).Count(s => s.Hard < 0);
        if (undecided > 0)
            yield return ("levels undecided", string.Create(CultureInfo.InvariantCulture, $"{undecided}, each counted -1 in HSR and SSR and as the end of CSL"));
    }
}
