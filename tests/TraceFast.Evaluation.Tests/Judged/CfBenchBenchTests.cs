using TraceFast.Constraints;
using TraceFast.Data;
using TraceFast.Evaluation.Benchmarks;
using TraceFast.Evaluation.Judging;

namespace TraceFast.Evaluation.Tests.Judged;

public sealed class CfBenchBenchTests
{
    private const string Record =
        """{"idx":3,"prompt":"写一首诗","gold":"","split":"hard","criteria":[["是诗","主需","场景约束","x"],["押韵","次需","格式约束","y"],"""
            + """["四行","次需","",""]],"response":"春眠不觉晓"}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_record_is_judged_in_one_call_and_scored()
    {
        using TemporaryFolder folder = new();
        ScriptedModel model = new(_ => "\n是诗\t1\n\n押韵\t1\n\n四行\t0\n");
        BenchResult result = await new CfBench(new JudgeSettings { Judge = model.Judge() }).ScoreAsync(
            folder.Write("r.json", $"[{Record}]"), Cancel);
        string prompt = Assert.Single(model.Asked).Messages[0].Content;
        Assert.Contains("是诗\n\n押韵\n\n四行", prompt, StringComparison.Ordinal);
        Assert.Contains("春眠不觉晓", prompt, StringComparison.Ordinal);
        Assert.Equal([0.67, 0, 0], result.Metrics.Select(m => m.Value));
        Assert.Equal([Outcome.Obeyed, Outcome.Obeyed, Outcome.Violated], result.Records[0].Constraints.Select(c => c.Outcome));
        Assert.Equal(["(no group)", "场景约束", "格式约束"], result.Breakdowns.Single(b => b.Name == "category").Metrics.Select(m => m.Part));
        Assert.Equal([1, 0.5], result.Breakdowns.Single(b => b.Name == "priority").Metrics.Select(m => m.Value));
        Assert.Contains(("as published, hard", "CSR 0.67, ISR 0.00, PSR 0.00"), result.Facts);
        Assert.DoesNotContain(result.Facts, f => f.What == "as published, easy");
    }

    [Fact]
    public async Task What_cannot_be_read_after_a_re_prompt_scores_nothing()
    {
        using TemporaryFolder folder = new();
        ScriptedModel model = new(_ => "是诗\t1\n押韵\t1\n四行\t1"); // the published fallback would pick three ones
        BenchResult result = await new CfBench(new JudgeSettings { Judge = model.Judge() }).ScoreAsync(
            folder.Write("r.jsonl", Record), Cancel);
        Assert.Equal(2, model.Asked.Count);
        Assert.Equal([0, 0, 0], result.Metrics.Select(m => m.Value));
        Assert.All(result.Records[0].Constraints, c => Assert.Equal(Outcome.NeedsJudge, c.Outcome));
        Assert.Contains(("constraints undecided, never counted as obeyed", "3 of 3"), result.Facts);
    }

    [Fact]
    public async Task Stored_judgements_are_scored_without_a_judge()
    {
        using TemporaryFolder folder = new();
        string[] lines =
        [
            Record.Replace("}", ",\"judge_score\":[\"1\",\"1\",\"1\"],\"judge_parsing\":\"1\"}", StringComparison.Ordinal),
            Record.Replace("\"idx\":3", "\"idx\":4", StringComparison.Ordinal)
                .Replace("}", ",\"judge_score\":[\"1\"],\"judge_parsing\":\"0\"}", StringComparison.Ordinal),
            Record.Replace("\"idx\":3", "\"idx\":5", StringComparison.Ordinal)
                .Replace("}", ",\"judge_response\":\"是诗\\t0\\n\\n押韵\\t1\\n\\n四行\\t1\"}", StringComparison.Ordinal),
        ];
        BenchResult result = await new CfBench(new JudgeSettings()).ScoreAsync(folder.Write("r.jsonl", string.Join('\n', lines)), Cancel);
        Assert.Equal(
            [(1, 1, 1), (1, 1, 1), (0.67, 0, 0)],
            result.Records.Cast<JudgedRecord>().Select(r => (r.Scores[0].Value, r.Scores[1].Value, r.Scores[2].Value)));
        Assert.All(result.Records[1].Constraints, c => Assert.Equal(Outcome.NeedsJudge, c.Outcome)); // picked scores fit no criterion
    }

    [Fact]
    public async Task Responses_may_stand_in_a_file_of_their_own()
    {
        using TemporaryFolder folder = new();
        string data = folder.Write("cfbench_data.json", $"[\n{Record.Replace(",\"response\":\"春眠不觉晓\"", "", StringComparison.Ordinal)}\n]");
        string responses = folder.Write("r.jsonl", "{\"idx\":3,\"output\":\"诗\"}");
        JudgeSettings settings = new() { Data = data, Judge = new ScriptedModel(_ => "是诗\t1\n\n押韵\t1\n\n四行\t1").Judge() };
        BenchResult result = await new CfBench(settings).ScoreAsync(responses, Cancel);
        Assert.Equal("诗", result.Records[0].Response);
        InputException e = await Assert.ThrowsAsync<InputException>(
            () => new CfBench(settings with { Judge = null }).ScoreAsync(responses, Cancel));
        Assert.StartsWith("1 of 1 records need a judge", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"hard\"", "\"medium\"", "'split' is \"medium\"")]
    [InlineData("\"主需\"", "\"主要\"", "criteria[0] is [是诗, 主要")]
    [InlineData("[\"押韵\",\"次需\",\"格式约束\",\"y\"]", "\"押韵\"", "'criteria[1]' is a string")]
    [InlineData("\"idx\":3", "\"idx\":\"3\"", "'idx' is not a whole number")]
    [InlineData("\"response\"", "\"responses\"", "there is no response")]
    [InlineData("\"response\"", "\"judge_score\":[\"1\"],\"judge_parsing\":\"1\",\"response\"", "1 scores for 3 criteria")]
    [InlineData("\"response\"", "\"judge_score\":[\"7\"],\"judge_parsing\":\"0\",\"response\"", "'judge_score' holds \"7\"")]
    [InlineData("\"response\"", "\"judge_score\":[\"1\"],\"judge_parsing\":\"2\",\"response\"", "'judge_parsing' is \"2\"")]
    public async Task A_bad_record_is_named(string old, string changed, string expected)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("r.jsonl", Record + "\n" + Record.Replace(old, changed, StringComparison.Ordinal));
        InputException e = await Assert.ThrowsAsync<InputException>(() => new CfBench(new JudgeSettings()).ScoreAsync(path, Cancel));
        Assert.StartsWith($"{path}:2: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }
}
