using System.Text.Json;
using TraceFast.Evaluation.IfEval;
using TraceFast.Tests;

namespace TraceFast.Evaluation.Tests.IfEval;

/// <summary>The official scorer's ratios, in total, by group and by type.</summary>
public class AggregateTests
{
    [Theory]
    [InlineData("llama2")]
    [InlineData("gpt4")]
    public async Task Ratios_are_the_official_ones(string source)
    {
        BenchResult result = await new IfEvalBench().ScoreAsync(
            Oracles.Require("oracles", "evaluation", $"ifeval_{source}.jsonl"), CancellationToken.None);
        JsonElement expected = JsonElement.Parse(
            await File.ReadAllTextAsync(Oracles.Require("oracles", "evaluation", "ifeval_aggregates.json"))).GetProperty("sources")
            .GetProperty(source);
        Assert.Equal(
            [("prompts", expected.GetProperty("prompts").GetInt32()), ("instructions", expected.GetProperty("instructions").GetInt32())],
            result.Counts);
        foreach (Metric metric in result.Metrics)
            Assert.Equal(expected.GetProperty(metric.Name).GetDouble(), metric.Value);
        foreach (Breakdown breakdown in result.Breakdowns)
        {
            // The recorded figures call an instruction's type its kind.
            JsonElement parts = expected.GetProperty(breakdown.Name == "type" ? "by_kind" : $"by_{breakdown.Name}");
            Assert.Equal(parts.EnumerateObject().Count() * 2, breakdown.Metrics.Count);
            foreach (Metric metric in breakdown.Metrics)
            {
                Assert.Equal(parts.GetProperty(metric.Part!).GetProperty("count").GetInt32(), metric.Count);
                Assert.Equal(parts.GetProperty(metric.Part!).GetProperty(metric.Name).GetDouble(), metric.Value);
            }
        }
    }

    /// <summary>Two cases of four prompts, of which one prompt fails, one of three, and a prompt by itself.</summary>
    [Fact]
    public async Task Paraphrases_of_a_prompt_are_reliable_together()
    {
        using TemporaryFolder folder = new();
        string Line(string key, bool follows) =>
            $$"""{"key":"{{key}}","prompt":"p","instruction_id_list":["punctuation:no_comma"],"kwargs":[{}],"""
                + $"\"response\":\"a{(follows ? "" : ",")}\"}}";
        File.WriteAllLines(
            folder["answers.jsonl"],
            [
                Line("1:original", true), Line("1:rephrasing:1", true), Line("1:rephrasing:2", true), Line("1:distractor:1", true),
                Line("2:original", true), Line("2:distractor:1", true), Line("2:rephrasing:1", true), Line("2:rephrasing:2", false),
                Line("3:rephrasing:1", true), Line("3:original", true), Line("3:distractor:1", false), Line("4", true),
                Line("5:no case", true),
            ]);
        BenchResult result = await new IfEvalBench().ScoreAsync(folder["answers.jsonl"], CancellationToken.None);
        Dictionary<string, Metric> metrics = result.Metrics.ToDictionary(m => m.Name);
        Assert.Equal((1.0 / 3, 3), (metrics["reliable@4_strict"].Value, metrics["reliable@4_strict"].Count));
        Assert.Equal(1.0 / 3, metrics["reliable@4_loose"].Value);
        Assert.Equal(11.0 / 13, metrics["prompt_strict"].Value, 12);
        Assert.Equal(5, metrics["prompt_strict"].Observations.Count); // three cases and two prompts
        Breakdown kinds = result.Breakdowns.Single(b => b.Name == "kind of paraphrase");
        Assert.Equal(
            [
                ("distractor", "reliable@2_strict", 2.0 / 3), ("rephrasing", "reliable@2_strict", 1),
                ("rephrasing", "reliable@3_strict", 1.0 / 3),
            ],
            kinds.Metrics.Where(m => m.Name.EndsWith("strict", StringComparison.Ordinal)).Select(m => (m.Part!, m.Name, m.Value)));

        // What --per-record writes scores the same.
        File.WriteAllLines(folder["flags.jsonl"], result.Records.Select(RecordLine.Of));
        BenchResult flags = new IfEvalBench().FlagsOf(folder["flags.jsonl"])!;
        Assert.Equal(result.Metrics.Select(m => (m.Name, m.Value)), flags.Metrics.Select(m => (m.Name, m.Value)));
    }

    /// <summary>Three responses end by themselves, one of which fails; of two that were cut one obeys, since its end never came.</summary>
    [Fact]
    public async Task Responses_that_were_cut_are_counted_apart_too()
    {
        using TemporaryFolder folder = new();
        string Line(string response, string end) =>
            """{"prompt":"p","instruction_id_list":["punctuation:no_comma"],"kwargs":[{}],"""
                + $"\"response\":\"{response}\"{end}}}";
        const string Ended = ",\"finish_reason\":\"stop\"", Cut = ",\"finish_reason\":\"length\"";
        File.WriteAllLines(
            folder["answers.jsonl"], [Line("a", Ended), Line("a", Ended), Line("a,", Ended), Line("a", Cut), Line("a,", Cut)]);
        BenchResult result = await new IfEvalBench().ScoreAsync(folder["answers.jsonl"], CancellationToken.None);
        Assert.Equal(3.0 / 5, result.Metrics.Single(m => m.Name == "prompt_strict").Value, 12);
        Assert.Equal(
            [("by itself", 2.0 / 3, 3), ("cut", 0.5, 2), ("cut is wrong", 2.0 / 5, 5)],
            result.Breakdowns.Single(b => b.Name == "end of the response").Metrics.Where(m => m.Name == "prompt_strict")
                .Select(m => (m.Part!, m.Value, m.Count)));

        // Where the file does not say, nothing is counted apart; other records' choices are none of the response's.
        File.WriteAllLines(
            folder["silent.jsonl"],
            [Line("a", ""), Line("a", ",\"choices\":[\"A\",\"B\"]"), Line("a", ",\"finish_reason\":7")]);
        result = await new IfEvalBench().ScoreAsync(folder["silent.jsonl"], CancellationToken.None);
        Assert.DoesNotContain(result.Breakdowns, b => b.Name == "end of the response");
    }
}
