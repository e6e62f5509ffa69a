using System.Text.Json;
using TraceFast.Evaluation.IfEval;

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
}
