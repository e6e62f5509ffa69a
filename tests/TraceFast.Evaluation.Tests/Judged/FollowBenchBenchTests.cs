using System.Text.Json;
using TraceFast.Data;
using TraceFast.Endpoint;
using TraceFast.Evaluation.Benchmarks;
using TraceFast.Evaluation.Judging;

namespace TraceFast.Evaluation.Tests.Judged;

public sealed class FollowBenchBenchTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Levels_are_judged_with_the_instructions_before_them_and_scored()
    {
        using TemporaryFolder folder = new();
        folder.Write(
            "data/content_constraints.json",
            JsonSerializer.Serialize(Group("content", 1, "quora").Concat(Group("content", 2, "gsm_8k", "$18"))));
        folder.Write("data/style_constraints.json", JsonSerializer.Serialize(Group("style", 1, "quora")));
        foreach (string type in new[] { "content", "style" })
        {
            IEnumerable<string> answers = Enumerable.Range(1, type == "content" ? 2 : 1)
                .SelectMany(example => Enumerable.Range(1, 5).Select(level => JsonSerializer.Serialize(
                new { prompt = $"{type} {example} level {level}",
                    choices = new[] { new { message = new { content = level == 3 ? "so $3, no: $18" : "so $17" } } } })));
            folder.Write($"out/{type}_constraint.jsonl", string.Join('\n', answers.Reverse()));
        }

        // All satisfied but the last of level 4; level 5 of style cannot be read.
        ScriptedModel model = new(r => Level(r) switch
        {
            1 => "YES",
            4 => "Reasons\n['YES', 'YES', 'YES', 'NO']",
            5 when r.Messages[0].Content.Contains("style 1 level 5", StringComparison.Ordinal) => "all fine",
            int level => $"[{string.Join(", ", Enumerable.Repeat("'YES'", level))}]",
        });
        JudgeSettings settings = new() { Judge = model.Judge(), Data = folder["data"], AllowedUnjudged = 1 };
        BenchResult result = await new FollowBench(settings).ScoreAsync(folder["out"], Cancel);
        Assert.Equal(15, result.Records.Count);
        Assert.Equal(10 + 1, model.Asked.Count); // gsm_8k is checked by program; one plea
        string prompt = model.Asked.Select(r => r.Messages[0].Content)
            .First(p => p.Contains("content 1 level 2", StringComparison.Ordinal) && !p.Contains("level 3", StringComparison.Ordinal));
        Assert.Contains(
            "#Initial instruction#\ncontent 1 level 0\n\n#Initial instruction + 1 constraint#\ncontent 1 level 1\n\n"
                + "#Initial instruction + 2 constraints#\ncontent 1 level 2\n", prompt, StringComparison.Ordinal);
        Assert.Contains("added one content constraint", prompt, StringComparison.Ordinal);
        Assert.Contains(
            ("as published, content", "HSR 50.00 50.00 100.00 0.00 50.00, SSR 50.00 50.00 100.00 37.50 50.00, CSL 1.5"), result.Facts);
        Assert.Contains(
            ("as published, style", "HSR 100.00 100.00 100.00 0.00 -100.00, SSR 100.00 100.00 100.00 75.00 -100.00, CSL 3.0"),
            result.Facts);
        Assert.Contains(result.Facts, f => f.What == "levels undecided" && f.Value.StartsWith("1,", StringComparison.Ordinal));
        Assert.Equal(2, result.Metrics.Single(m => m.Name == "csl").Value); // (3 + 0 + 3) / 3
        Assert.Equal(1, result.Breakdowns.Single(b => b.Name == "level").Metrics.Single(m => m.Part == "3" && m.Name == "hsr").Value);
        Assert.Equal(
            [Decider.Program],
            result.Records.Cast<JudgedRecord>().Single(r => r.Id == "content/2/1").Constraints.Select(c => c.By));
    }

    [Fact]
    public async Task The_set_example_is_matched_with_its_template()
    {
        using TemporaryFolder folder = new();
        IEnumerable<object> records = Enumerable.Range(1, 5).Select(level => (object)new
        {
            example_id = 1, category = "example", source = "aeslc", level, instruction = $"i {level}",
            target = "{instruction}\n{{'AI assistant': '{answer}'}}",
            generation = level < 3 ? "{'AI assistant': 'x'}" : "x",
        });
        BenchResult result = await new FollowBench(new JudgeSettings()).ScoreAsync(
            folder.Write("example_constraints.json", JsonSerializer.Serialize(records)), Cancel);
        Assert.Contains(
            ("as published, example", "HSR 100.00 100.00 0.00 0.00 0.00, SSR 100.00 100.00 0.00 0.00 0.00, CSL 2.0"), result.Facts);
        Assert.Equal(2, result.Metrics.Single(m => m.Name == "csl").Value);
    }

    /// <summary>Worked by hand along the published rules.</summary>
    [Theory]
    [InlineData("gigaword", false, 5, "one man in his car drove off slowly", true)]
    [InlineData("gigaword", false, 5, "one man in a bus drove off slowly", false)]
    [InlineData("gigaword", false, 3, "One man in a bus drove off slowly", false)]
    [InlineData("gigaword", false, 2, "one man, in a bus drove off slowly", false)]
    [InlineData("gigaword", true, 5, "他们坐在家里看书", true)]
    [InlineData("gigaword", true, 5, "他们坐在家里三天", false)]
    [InlineData("xsum", false, 5, "The operation is going well", true)]
    [InlineData("xsum", false, 4, "The operation goes well", false)]
    [InlineData("arxiv", true, 3, "我们研究模型。", true)]
    [InlineData("BBH_logical", false, 1, "(B), no: (A)", true)]
    [InlineData("WIKIEVENTS", false, 1, "a", true)]
    [InlineData("WIKIEVENTS", false, 1, "a\nb", false)]
    public void Programs_decide_as_published(string source, bool chinese, int level, string answer, bool expected)
    {
        string target = source == "BBH_logical" ? "(A)" : "a";
        FollowBenchRecord record = new(1, "mixed", 1, "mixed", source, level, "i", target, answer);
        Assert.Equal(expected, FollowBenchRules.Check(record, chinese));
    }

    [Theory]
    [InlineData("\"level\":2", "\"level\":6", "'level' is 6")]
    [InlineData("\"level\":2", "\"level\":3", "has the levels 0, 1, 3; it needs 1 to 5")]
    [InlineData("\"generation\":\"g1\"", "\"generated_\":\"g1\"", "there is no response")]
    [InlineData("\"source\":", "\"sauce\":", "the key 'source' is missing")]
    public async Task A_bad_record_is_named(string old, string changed, string expected)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write(
            "content_constraints.jsonl",
            string.Join('\n', Group("content", 1, "quora").Select(r => JsonSerializer.Serialize(r)))
                .Replace(old, changed, StringComparison.Ordinal));
        InputException e = await Assert.ThrowsAsync<InputException>(() => new FollowBench(new JudgeSettings()).ScoreAsync(path, Cancel));
        Assert.StartsWith($"{path}:", e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_and_responses_that_are_missing_are_named()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["empty"]);
        InputException e = await Assert.ThrowsAsync<InputException>(
            () => new FollowBench(new JudgeSettings()).ScoreAsync(folder["empty"], Cancel));
        Assert.Contains("holds no set of FollowBench", e.Message, StringComparison.Ordinal);
        string data = folder.Write("content_constraints.json", JsonSerializer.Serialize(Group("content", 1, "quora")));
        string answers = folder.Write("out.jsonl", """{"prompt":"content 1 level 1","choices":[{"message":{"content":"x"}}]}""");
        e = await Assert.ThrowsAsync<InputException>(() => new FollowBench(new JudgeSettings { Data = data }).ScoreAsync(answers, Cancel));
        Assert.Contains("no response to example 1, level 2", e.Message, StringComparison.Ordinal);
        e = await Assert.ThrowsAsync<InputException>(() => new FollowBench(new JudgeSettings()).ScoreAsync(data, Cancel));
        Assert.StartsWith("1 of 1 examples need a judge", e.Message, StringComparison.Ordinal);
    }

    private static int Level(ChatRequest request)
    {
        const string Mark = "with exactly ";
        string prompt = request.Messages[0].Content;
        return prompt[prompt.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length] - '0';
    }

    private static IEnumerable<object> Group(string type, int example, string source, string target = "") =>
        Enumerable.Range(0, 6).Select(level => (object)new
    {
        example_id = example, category = type, source, level, instruction = $"{type} {example} level {level}", target,
        generation = $"g{level}",
    });
}
