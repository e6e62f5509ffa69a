using System.Text;
using System.Text.RegularExpressions;
using TraceFast.Endpoint.Asking;
using TraceFast.Evaluation.Judging;

namespace TraceFast.Evaluation.Benchmarks;

/// <summary>
/// FollowBench (arXiv 2310.20410): HSR, SSR and CSL. Some sources and the set "example" are checked by program
/// (<see cref="FollowBenchRules"/>), all others by one call of the judge for each level. What is undecided counts -1, as in the published
/// code, and is reported.
/// </summary>
public sealed class FollowBench(JudgeSettings settings)
    : JudgedBench<(FollowBenchGroup Group, FollowBenchRecord Record), LevelScore>(Info, settings)
{
    public static BenchInfo Info { get; } = new(
        "followbench", settings => new FollowBench(settings), FollowBenchReader.Prompts,
        r => r.Has("example_id") && r.Has("level") && r.Has("instruction"))
    {
        IsFolder = FollowBenchReader.IsFolder,
        JudgePrompts = [FollowBenchPrompt.English, FollowBenchPrompt.Chinese],
    };

    protected override string Unit => "examples";

    public override IReadOnlyList<BenchPrompt> Prompts()
    {
        IReadOnlyList<FollowBenchGroup> groups = FollowBenchReader.Unanswered(BenchPrompt.DataOf(Settings.Data));
        RequireJudge(CountForJudge(groups));
        return FollowBenchReader.Prompts(groups);
    }

    protected override IReadOnlyList<(FollowBenchGroup Group, FollowBenchRecord Record)> Read(string responses, string? data) =>
        [.. FollowBenchReader.Read(responses, data).SelectMany(g => g.Scored.Select(r => (g, r)))];

    protected override (int ForJudge, int All) CountForJudge(IReadOnlyList<(FollowBenchGroup Group, FollowBenchRecord Record)> records) =>
        CountForJudge(Groups(records));

    protected override IReadOnlyList<Metric> Metrics(Judged judged) => FollowBenchMetrics.Of(Levels(judged));

    protected override IReadOnlyList<Breakdown> Breakdowns(Judged judged) =>
        FollowBenchMetrics.Breakdowns(Levels(judged), Groups(judged.Records));

    /// <summary>The figures of each set, and the mean of the sets' weighted figures.</summary>
    protected override IEnumerable<(string What, string Value)> Published(Judged judged)
    {
        FollowBenchGroup[] groups = Groups(judged.Records);
        LevelScore[][] scores = Levels(judged);
        List<FollowBenchScore> sets = [];
        foreach (string type in groups.Select(g => g.Type).Distinct())
        {
            int[] ofSet = [.. Enumerable.Range(0, groups.Length).Where(i => groups[i].Type == type)];
            FollowBenchScore score = FollowBenchScore.Of(
                [.. ofSet.Where(i => !groups[i].IsRuleChecked).Select(i => scores[i])],
                [.. ofSet.Where(i => groups[i].IsRuleChecked).Select(i => scores[i])]);
            // The published aggregator reads the files *hsr.csv and *ssr.csv, which the set "example" does not have.
            if (type != "example")
                sets.Add(score);
            yield return ($"as published, {type}",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"HSR {string.Join(" ", score.Hsr)}, SSR {string.Join(" ", score.Ssr)}, CSL {score.Csl:0.0}"));
        }

        double hsr = Rounded.Mean([.. sets.Select(s => s.WeightedHsr)]), ssr = Rounded.Mean([.. sets.Select(s => s.WeightedSsr)]);
        if (sets.Count > 0)
            yield return ("as published, levels weighted by their number, mean of the sets without \"example\"",
                string.Create(CultureInfo.InvariantCulture, $"HSR {hsr:0.####}, SSR {ssr:0.####}"));
    }

    protected override IEnumerable<(string What, string Value)> Notes(Judged judged)
    {
        int undecided = judged.Scores.Count(s => s.Hard < 0);
        return undecided > 0 ? [("levels undecided", $"{undecided}, each counted -1 in HSR and SSR and as the end of CSL")] : [];
    }

    protected override async Task<(JudgedRecord Record, LevelScore Score)> JudgeAsync(
        (FollowBenchGroup Group, FollowBenchRecord Record) item, CancellationToken cancel)
    {
        (FollowBenchGroup group, FollowBenchRecord record) = item;
        ConstraintResult[] constraints;
        LevelScore score;
        Judgements judgements = default;
        if (FollowBenchRules.Check(record, group.IsChinese) is { } satisfied)
        {
            score = LevelScore.Of(record.Level, satisfied);
            constraints = [
                new ConstraintResult(
                    record.Category, "all added constraints", satisfied ? Outcome.Obeyed : Outcome.Violated,
                    $"the program of the source {record.Source}", [])];
        }
        else
        {
            ResponseFormat<FollowBenchAnswer> format = new(
                text => FollowBenchAnswer.Parse(text, record.Level),
                $"the last line is only a Python list with exactly {record.Level} elements, each 'YES' or 'NO'");
            ParsedResponse<FollowBenchAnswer> judgement = await Judge.AskAsync(
                FollowBenchPrompt.Of(Judge.Prompts, group, record), format, cancel).ConfigureAwait(false);
            FollowBenchAnswer? answer = judgement.Value;
            string reason = judgement.IsDecided ? $"the judge: {judgement.Shown}" : judgement.Reason;
            judgements = Judgements.Of(judgement);
            score = LevelScore.Of(record.Level, answer);
            constraints = [
                .. Enumerable.Range(0, record.Level).Select(i => new ConstraintResult(
                    record.Category, $"added constraint {i + 1}",
                    answer is null ? Outcome.NeedsJudge : answer.Satisfied[i] ? Outcome.Obeyed : Outcome.Violated, reason, [],
                    Decider.Judge))];
        }

        return (new JudgedRecord
        {
            Line = record.Line,
            Id = record.Id,
            Prompt = record.Instruction,
            Response = record.Response!,
            Constraints = constraints,
            Judgements = judgements,
            Scores = [("hard", score.Hard), ("soft", score.Soft)],
        }, score);
    }

    private static (int ForJudge, int All) CountForJudge(IReadOnlyList<FollowBenchGroup> groups) =>
        (groups.Count(g => !g.IsRuleChecked), groups.Count);

    private static FollowBenchGroup[] Groups(IReadOnlyList<(FollowBenchGroup Group, FollowBenchRecord Record)> records) =>
        [.. records.Where(r => r.Record.Level == 1).Select(r => r.Group)];

    /// <summary>The five levels of each group.</summary>
    private static LevelScore[][] Levels(Judged judged) => [.. judged.Scores.Chunk(5)];
}

/// <summary>What a judge is asked about one level: the instructions from the initial one up to it, and the answer.</summary>
internal static class FollowBenchPrompt
{
    /// <summary>The last line of the answer is a list of 'YES' and 'NO'.</summary>
    public static readonly PromptName English = Name("followbench_en"), Chinese = Name("followbench_zh");

    public static string Of(PromptLibrary prompts, FollowBenchGroup group, FollowBenchRecord record) =>
        prompts.Get(group.IsChinese ? Chinese : English).Fill(
            ("category", group.IsChinese ? InChinese(group.Type) : InEnglish(group.Type)),
            ("instructions", Instructions(group, record.Level)), ("response", record.Response!), ("count", $"{record.Level}"));

    private static PromptName Name(string name) =>
        new(typeof(FollowBenchPrompt), name, ["category", "instructions", "response", "count"])
        {
            FormerSlots = new Dictionary<string, string> { ["kind"] = "category" },
        };

    private static string Instructions(FollowBenchGroup group, int level)
    {
        StringBuilder text = new();
        foreach (FollowBenchRecord step in group.Levels.Where(l => l.Level <= level))
        {
            string heading = (group.IsChinese, step.Level) switch
            {
                (true, 0) => "#初始指令#",
                (true, _) => $"#初始指令 + {step.Level}个约束#",
                (false, 0) => "#Initial instruction#",
                _ => $"#Initial instruction + {step.Level} constraint{(step.Level == 1 ? "" : "s")}#",
            };
            text.Append(text.Length == 0 ? "" : "\n\n").Append(heading).Append('\n').Append(step.Instruction);
        }

        return text.ToString();
    }

    private static string InEnglish(string type) => type switch
    {
        "situation" => "situation constraint (information that describes a specific situation or background)",
        "content" or "style" or "format" => type + " constraint",
        _ => "constraint",
    };

    private static string InChinese(string type) => type switch
    {
        "content" => "内容约束",
        "situation" => "情景约束（描述特定情况或背景的信息）",
        "style" => "风格约束",
        "format" => "格式约束",
        _ => "约束",
    };
}

/// <summary>
/// Reads a judge's last line as FollowBench's published code does: at level 1 YES or else NO anywhere in it; above, a Python list of as
/// many texts as the level.
/// </summary>
/// <param name="Satisfied">Whether each added constraint is; at level 1 one element.</param>
public sealed partial record FollowBenchAnswer(IReadOnlyList<bool> Satisfied)
{
    /// <summary>1 where all are satisfied, else 0.</summary>
    public int Hard => Satisfied.All(s => s) ? 1 : 0;

    /// <summary>Share that is satisfied.</summary>
    public double Soft => (double)Satisfied.Count(s => s) / Satisfied.Count;

    /// <summary>A list of five texts is far shorter; what is longer is not searched.</summary>
    private const int LongestLine = 10_000;

    /// <returns>Null: it cannot be read; the published code then counts -1 in both sums.</returns>
    public static FollowBenchAnswer? Parse(string answer, int level)
    {
        string last = answer.Trim('`').Trim().Split('\n')[^1];
        if (last.Length > LongestLine)
            return null;
        if (level == 1)
        {
            bool yes = last.Contains("YES", StringComparison.Ordinal);
            return yes || last.Contains("NO", StringComparison.Ordinal) ? new FollowBenchAnswer([yes]) : null;
        }

        if (List().Match(last) is not { Success: true } list || Elements(list.Value) is not { } elements || elements.Count != level)
            return null;
        if (elements.Any(e => e is not ("YES" or "NO" or "PARTIAL" or "MAYBE" or "UNKNOWN" or "N/A")))
            return null;
        return new FollowBenchAnswer([.. elements.Select(e => e == "YES")]);
    }

    /// <summary>The texts of a Python list literal of quoted texts; null: it is none.</summary>
    private static List<string>? Elements(string list)
    {
        if (!WholeList().IsMatch(list))
            return null;
        return [.. Element().Matches(list).Select(m => m.Value[1..^1])];
    }

    /// <summary>From the first opening to the last closing bracket.</summary>
    [GeneratedRegex(@"\[.*\]")]
    private static partial Regex List();

    [GeneratedRegex(@"\A\[\s*(?:(?:'[^'\\]*'|""[^""\\]*"")\s*(?:,\s*(?:'[^'\\]*'|""[^""\\]*"")\s*)*,?\s*)?\]\z")]
    private static partial Regex WholeList();

    [GeneratedRegex(@"'[^'\\]*'|""[^""\\]*""")]
    private static partial Regex Element();
}

/// <summary>The score of one example at one level.</summary>
/// <param name="Level">1 to 5.</param>
/// <param name="Hard">1: all added constraints are satisfied; 0; or -1: undecided.</param>
/// <param name="Soft">Share that is satisfied; or -1.</param>
public readonly record struct LevelScore(int Level, int Hard, double Soft)
{
    /// <summary>As the published code counts an answer of the judge that it cannot read: -1 in both sums.</summary>
    public static LevelScore Undecided(int level) => new(level, -1, -1);

    public static LevelScore Of(int level, FollowBenchAnswer? answer) =>
        answer is null ? Undecided(level) : new(level, answer.Hard, answer.Soft);

    /// <summary>A program's: 0 or 1 in both.</summary>
    public static LevelScore Of(int level, bool satisfied) => new(level, satisfied ? 1 : 0, satisfied ? 1 : 0);
}

/// <summary>
/// A set's figures (arXiv 2310.20410, section 3.3, as the published code rounds them). HSR(level) = 100 · sum of hard / examples,
/// SSR(level) the same of soft, 2 decimals. CSL = mean number of levels from 1 on that are satisfied without a break, 1 decimal. The
/// published overall figure weights level n by n: (1·l1 + ... + 5·l5) / 15.
/// </summary>
/// <param name="Hsr">Percent for levels 1 to 5.</param>
/// <param name="Ssr">Percent for levels 1 to 5.</param>
/// <param name="Csl">0 to 5.</param>
public sealed record FollowBenchScore(IReadOnlyList<string> Hsr, IReadOnlyList<string> Ssr, double Csl)
{
    private const int Levels = 5;

    public double WeightedHsr => Weighted(Hsr);

    public double WeightedSsr => Weighted(Ssr);

    /// <param name="judged">Examples that a judge decided, levels 1 to 5 of each in order.</param>
    /// <param name="checkedByProgram">Examples that a program decided.</param>
    public static FollowBenchScore Of(
        IReadOnlyList<IReadOnlyList<LevelScore>> judged, IReadOnlyList<IReadOnlyList<LevelScore>> checkedByProgram)
    {
        int examples = judged.Count + checkedByProgram.Count;
        string[] hsr = new string[Levels], ssr = new string[Levels];
        for (int level = 1; level <= Levels; level++)
        {
            // The sums of the two ways are formed apart and then added, as published: the last bit depends on it.
            hsr[level - 1] = Rounded.Fixed(
                (Sum(judged, level, s => s.Hard) + Sum(checkedByProgram, level, s => s.Hard)) / examples * 100, 2);
            ssr[level - 1] = Rounded.Fixed(
                (Sum(judged, level, s => s.Soft) + Sum(checkedByProgram, level, s => s.Soft)) / examples * 100, 2);
        }

        double consistent = judged.Concat(checkedByProgram).Sum(Consistent);
        return new FollowBenchScore(hsr, ssr, Rounded.Python(consistent / examples, 1));
    }

    /// <summary>How many levels from 1 on are satisfied before the first that is not (or is undecided).</summary>
    public static int Consistent(IReadOnlyList<LevelScore> levels) => levels.TakeWhile(s => s.Hard == 1).Count();

    private static double Sum(IReadOnlyList<IReadOnlyList<LevelScore>> groups, int level, Func<LevelScore, double> of)
    {
        double sum = 0;
        foreach (IReadOnlyList<LevelScore> group in groups)
            sum += of(group.Single(s => s.Level == level));
        return sum;
    }

    private static double Weighted(IReadOnlyList<string> levels)
    {
        double sum = 0;
        for (int i = 0; i < Levels; i++)
            sum += (i + 1) * double.Parse(levels[i], CultureInfo.InvariantCulture);
        return sum / 15;
    }
}

/// <summary>FollowBench's figures as observations, one unit for each example.</summary>
internal static class FollowBenchMetrics
{
    public static IReadOnlyList<Metric> Of(LevelScore[][] scores) => Of(scores, [.. Enumerable.Range(0, scores.Length)], null);

    public static IReadOnlyList<Breakdown> Breakdowns(LevelScore[][] scores, IReadOnlyList<FollowBenchGroup> groups)
    {
        List<Metric> levels = [];
        for (int level = 1; level <= 5; level++)
        {
            string part = level.ToString(CultureInfo.InvariantCulture);
            levels.Add(new Metric("hsr", [.. scores.Select((s, i) => new Observation(i, s[level - 1].Hard, 1))]) { Part = part });
            levels.Add(new Metric("ssr", [.. scores.Select((s, i) => new Observation(i, s[level - 1].Soft, 1))]) { Part = part });
        }

        Metric[] types = [
            .. groups.Select(g => g.Type).Distinct()
                .SelectMany(t => Of(scores, [.. Enumerable.Range(0, groups.Count).Where(i => groups[i].Type == t)], t))];
        return [new Breakdown("level", levels), new Breakdown("set", types)];
    }

    private static Metric[] Of(LevelScore[][] scores, int[] those, string? part) =>
    [
        new("hsr", [.. those.Select(i => new Observation(i, scores[i].Sum(s => s.Hard), scores[i].Length))]) { Part = part },
        new("ssr", [.. those.Select(i => new Observation(i, scores[i].Sum(s => s.Soft), scores[i].Length))]) { Part = part },
        new("csl", [.. those.Select(i => new Observation(i, FollowBenchScore.Consistent(scores[i]), 1))]) { Part = part },
    ];
}
