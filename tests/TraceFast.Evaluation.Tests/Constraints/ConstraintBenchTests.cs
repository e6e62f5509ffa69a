using System.Text.Json;
using TraceFast.Constraints;
using TraceFast.Data;
using TraceFast.Evaluation.Benchmarks;
using TraceFast.Evaluation.Reporting;
using TraceFast.Evaluation.Statistics;

namespace TraceFast.Evaluation.Tests.Constraints;

public sealed class ConstraintBenchTests
{
    private const string TwoWords = """{"sort":"word_count","arguments":{"min":2,"max":2},"text":"in two words"}""";
    private const string NoDigits = """{"sort":"no_digits","text":"without digits"}""";
    private const string Sea = """{"sort":"keywords","arguments":{"words":["sea"]},"text":"name the sea"}""";
    private const string Tone = """{"sort":"tone","arguments":{"tone":"lively"},"text":"in a lively tone"}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void The_figures_are_those_worked_out_by_hand()
    {
        // Obeyed of stated: 2/2, 1/2, 0/1; the fourth prompt states nothing that a program checks.
        ConstraintPrompt[] prompts = [Prompt(TwoWords, NoDigits), Prompt(TwoWords, Sea), Prompt(Sea), Prompt(Tone)];
        BenchResult result = ConstraintBench.Score(prompts, ["old trees", "the sea wind", "", "2 sea"]);
        Assert.Equal([3.0 / 5, 1.0 / 3, (1 + 0.5 + 0) / 3], result.Metrics.Select(m => m.Value));
        Assert.Equal(["constraint_level", "prompt_level", "mean"], result.Metrics.Select(m => m.Name));
        Assert.Equal([("prompts", 4), ("constraints", 5)], result.Counts);
        Assert.Contains(
            result.Facts, f => f.What == "constraints that only a reader can judge" && f.Value.StartsWith("1,", StringComparison.Ordinal));
        Assert.Contains(
            result.Facts,
            f => f.What.StartsWith("prompts without", StringComparison.Ordinal) && f.Value.StartsWith("1,", StringComparison.Ordinal));
        Assert.Equal(
            [("keywords", 1, 2), ("no_digits", 1, 1), ("word_count", 1, 2)],
            result.Breakdowns.Single(b => b.Name == "type").Metrics.Select(
                m => (m.Part!, (int)m.Observations.Sum(o => o.Numerator), (int)m.Count)));
        Assert.Equal([("content", 3.0 / 5)], result.Breakdowns.Single(b => b.Name == "group").Metrics.Select(m => (m.Part!, m.Value)));
        Assert.Equal(5, result.Breakdowns.Single(b => b.Name == "category").Metrics.Sum(m => m.Count));
        Assert.Equal(
            [("1", "constraint_level", 0), ("1", "prompt_level", 0), ("2", "constraint_level", 0.75), ("2", "prompt_level", 0.5)],
            result.Breakdowns.Single(b => b.Name == "number of constraints").Metrics.Select(m => (m.Part!, m.Name, m.Value)));
        Assert.Equal(Outcome.NeedsJudge, Assert.Single(result.Records[3].Constraints).Outcome);
    }

    [Fact]
    public void The_prompts_of_a_unit_are_drawn_together()
    {
        ConstraintPrompt[] prompts = [
            Prompt(Sea) with { Unit = 0 }, Prompt(Sea, NoDigits) with { Unit = 0 }, Prompt(Sea) with { Unit = 1 }];
        BenchResult result = ConstraintBench.Score(prompts, ["sea", "sea 7", "lake"]);
        Assert.Equal(
            [new Observation(0, 2, 3), new Observation(1, 0, 1)], result.Metrics.Single(m => m.Name == "constraint_level").Observations);
        Assert.Equal(
            [new Observation(0, 1, 2), new Observation(1, 0, 1)], result.Metrics.Single(m => m.Name == "prompt_level").Observations);
        Assert.Equal([new Observation(0, 1.5, 2), new Observation(1, 0, 1)], result.Metrics.Single(m => m.Name == "mean").Observations);
    }

    [Fact]
    public void Prompts_and_responses_must_be_as_many() =>
        Assert.Throws<ArgumentException>(() => ConstraintBench.Score([Prompt(Sea)], []));

    [Fact]
    public async Task Files_give_what_the_library_gives()
    {
        using TemporaryFolder folder = new();
        string data = folder.Write("data.jsonl", Sft(Sea, NoDigits) + "\n" + Quad() + "\n" + Sft(TwoWords)[..^1] + ",\"id\":\"last\"}");
        IReadOnlyList<ConstraintPrompt> prompts = ConstraintPrompts.Read(data);
        Assert.Equal(["1", "2/1", "2/2", "last"], prompts.Select(p => p.Id));
        Assert.Equal([0, 1, 1, 2], prompts.Select(p => p.Unit!.Value));
        Assert.Equal([2, 2, 2, 1], prompts.Select(p => p.Constraints.Count)); // the judged one stands in both of the quad
        string[] texts = ["sea", "the sea", "trees", "old trees"];
        // In another order than the prompts, an id as a number and as a text, a text under either key.
        string responses = folder.Write(
            "responses.jsonl", """
            {"id":"last","response":"old trees"}
            {"id":1,"text":"sea","ids":[1],"finish_reason":"stop"}
            {"id":"2/2","text":"trees"}
            {"id":"2/1","text":"the sea"}
            """);
        BenchResult result = await new ConstraintBench(data).ScoreAsync(responses, Cancel);
        BenchResult expected = ConstraintBench.Score(prompts, texts, Cancel);
        Assert.Equal(texts, result.Records.Select(r => r.Response));
        Assert.Equal(expected.Metrics.Select(m => m.Value), result.Metrics.Select(m => m.Value));
        Assert.All(Comparison.Of(result, expected), c => Assert.Equal(0, c.Second - c.First));
        using JsonDocument line = JsonDocument.Parse(RecordLine.Of(result.Records[1]));
        Assert.Equal("2/1", line.RootElement.GetProperty("id").GetString());
        Assert.Equal(
            ["obeyed", "undecided"],
            line.RootElement.GetProperty("constraints").EnumerateArray().Select(c => c.GetProperty("outcome").GetString()));
        Assert.Equal((1, 1), (line.RootElement.GetProperty("obeyed").GetInt32(), line.RootElement.GetProperty("exact").GetInt32()));
        Assert.Contains("in a lively tone", ResultPage.Render(new ScoredResult(result), responses), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Responses_may_stand_in_the_records()
    {
        using TemporaryFolder folder = new();
        string responses = folder.Write(
            "r.jsonl", Sft(Sea)[..^1] + ",\"response\":\"a lake\"}\n" + Quad()[..^1] + ",\"response1\":\"sea\",\"response2\":\"12\"}");
        BenchResult result = await new ConstraintBench().ScoreAsync(responses, Cancel);
        Assert.Equal(["a lake", "sea", "12"], result.Records.Select(r => r.Response));
        Assert.Equal(1.0 / 3, result.Metrics[0].Value);
    }

    [Theory]
    [InlineData("{\"prompt\":\"p\"}", "states no constraints")]
    [InlineData("{\"prompt\":\"p\",\"constraints\":{}}", "'constraints' is an object")]
    [InlineData("{\"constraints\":[]}", "'prompt'")]
    [InlineData("{\"prompt\":\"p\",\"constraints\":[{\"sort\":\"nonesuch\"}]}", "constraints[0]: there is no constraint type")]
    [InlineData(
        "{\"prompt\":\"p\",\"constraints\":[{\"sort\":\"no_digits\",\"arguments\":{\"x\":1}}]}", "takes no \"x\"; it takes nothing")]
    [InlineData("{\"x1\":\"a\",\"y1\":\"b\",\"x2\":\"c\",\"constraints1\":[],\"constraints2\":[]}", "\"y2\" is missing")]
    [InlineData("{\"x1\":\"a\",\"y1\":\"b\",\"x2\":\"c\",\"y2\":\"d\",\"constraints1\":[]}", "\"constraints2\" is missing")]
    [InlineData("{\"prompt\":\"p\",\"constraints\":[],\"id\":1}", "is on line 1 too")]
    [InlineData("{\"prompt\":\"p\",\"constraints\":[],\"id\":[]}", "'id'")]
    [InlineData("{\"prompt\":\"\\uD800\",\"constraints\":[]}", "surrogate")]
    [InlineData("{", "")]
    public void A_bad_record_is_named(string bad, string expected)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("data.jsonl", Sft(Sea) + "\n" + bad);
        InputException e = Assert.ThrowsAny<InputException>(() => ConstraintPrompts.Read(path));
        Assert.StartsWith($"{path}:2: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"id\":2,\"response\":\"x\"}", "r.jsonl:1: the benchmark has no record of the id \"2\"")]
    [InlineData("{\"response\":\"x\"}", "r.jsonl:1: has no 'id'")]
    [InlineData("{\"id\":1}", "r.jsonl:1: there is no response")]
    [InlineData("{\"id\":1,\"response\":\"x\"}\n{\"id\":1,\"response\":\"x\"}", "r.jsonl:2: more responses than records")]
    public async Task Responses_that_fit_no_prompt_are_named(string responses, string expected)
    {
        using TemporaryFolder folder = new();
        ConstraintBench bench = new(folder.Write("data.jsonl", Sft(Sea)));
        InputException e = await Assert.ThrowsAnyAsync<InputException>(() => bench.ScoreAsync(folder.Write("r.jsonl", responses), Cancel));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_constraints_the_file_that_states_them_is_asked_for()
    {
        using TemporaryFolder folder = new();
        InputException e = await Assert.ThrowsAnyAsync<InputException>(
            () => new ConstraintBench().ScoreAsync(folder.Write("r.jsonl", """{"id":1,"text":"x"}"""), Cancel));
        Assert.Contains("add --data FILE", e.Message, StringComparison.Ordinal);
    }

    private static ConstraintPrompt Prompt(params string[] constraints) =>
        new("p", [.. constraints.Select(c => ConstraintJson.Read(JsonElement.Parse(c)))]);

    private static string Sft(params string[] constraints) => $$"""{"prompt":"Write.","constraints":[{{string.Join(',', constraints)}}]}""";

    private static string Quad() =>
        $$"""{"x1":"One.","y1":"sea","x2":"Two.","y2":"trees","constraints1":[{{Sea}}],"constraints2":[{{NoDigits}}],"unchecked":[{{Tone}}]}""";
}
