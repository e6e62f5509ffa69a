using System.Text.Json;
using TraceFast.Evaluation.Benchmarks;

namespace TraceFast.Evaluation.Tests.Judged;

public sealed class CfBenchAggregateTests
{
    [Fact]
    public void A_records_figures_are_the_published_ones()
    {
        foreach (JsonElement one in AggregateOracle.Cases("cfbench", "cases"))
            IsScored(one);
    }

    [Fact]
    public void Published_judgements_of_eleven_models_score_as_published()
    {
        foreach (JsonElement model in AggregateOracle.Cases("cfbench", "real_judged"))
        {
            List<(string Split, CfBenchScore Score)> scores = [
                .. model.GetProperty("rows").EnumerateArray().Select(r => (r.GetProperty("split").GetString()!, IsScored(r)))];
            IsAggregated(model.GetProperty("expect"), scores);
        }
    }

    [Fact]
    public void A_sets_figures_are_the_published_ones()
    {
        foreach (JsonElement one in AggregateOracle.Cases("cfbench", "set_cases"))
        {
            List<(string, CfBenchScore)> rows = [.. one.GetProperty("rows").EnumerateArray()
                .Select(r =>
                    (r.GetProperty("split").GetString()!,
                        new CfBenchScore(
                            r.GetProperty("CSR").GetDouble(), r.GetProperty("ISR").GetDouble(), r.GetProperty("PSR").GetDouble())))];
            IsAggregated(one.GetProperty("expect"), rows);
        }
    }

    [Fact]
    public void A_judges_answer_is_read_as_published()
    {
        foreach (JsonElement one in AggregateOracle.Cases("cfbench", "parse_cases"))
        {
            string note = one.GetProperty("note").GetString()!;
            string answer = one.GetProperty("judge").GetString()!;
            CfBenchReading? strict = CfBenchReading.Strict(answer, one.GetProperty("criteria").Texts());
            JsonElement expected = one.GetProperty("strict_parse");
            Assert.True(expected.ValueKind == JsonValueKind.Null ? strict is null : strict!.Scores.SequenceEqual(expected.Texts()), note);
            IReadOnlyList<string>? picked = CfBenchReading.Pick(answer);
            if (one.GetProperty("fallback_error").ValueKind != JsonValueKind.Null)
                Assert.Null(picked);
            else
                Assert.Equal(one.GetProperty("fallback_parse").Texts(), picked!);
        }
    }

    [Theory]
    [InlineData("甲\t 1 ", true)]
    [InlineData("甲\t１", true)]
    [InlineData("甲\t1_0", false)]
    [InlineData("甲\t0_0", true)]
    [InlineData("甲\t-0", true)]
    [InlineData("甲\t1e0", true)]
    [InlineData("甲\tnan", false)]
    [InlineData("甲\t0x1", false)]
    [InlineData("甲\t", false)]
    [InlineData("乙\t1", false)]
    public void Scores_are_numbers_as_Python_reads_them(string answer, bool expected) =>
        Assert.Equal(expected, CfBenchReading.Strict(answer, ["甲"]) is not null);

    private static CfBenchScore IsScored(JsonElement one)
    {
        Parsing parsing = one.GetProperty("parsing").GetString() switch { "1" => Parsing.Whole, "0" => Parsing.Picked,
            _ => Parsing.Failed };
        string[] scores = [.. one.GetProperty("scores").EnumerateArray().Select(s => s.ToString())];
        CfBenchScore score = CfBenchScore.Of(
            new CfBenchReading(parsing, scores), [.. one.GetProperty("priority").GetString()!.Select(p => p == 'P')]);
        JsonElement expect = one.GetProperty("expect");
        Assert.Equal(
            (expect.GetProperty("CSR").GetDouble(), expect.GetProperty("ISR").GetDouble(), expect.GetProperty("PSR").GetDouble()),
            (score.Csr, score.Isr, score.Psr));
        return score;
    }

    private static void IsAggregated(JsonElement expect, List<(string Split, CfBenchScore Score)> scores)
    {
        foreach ((string suffix, Func<string, bool> which) in
            new (string, Func<string, bool>)[] { ("_easy", s => s == "easy"), ("_hard", s => s == "hard"), ("", _ => true) })
        {
            CfBenchScore? set = CfBenchScore.OfSet([.. scores.Where(s => which(s.Split)).Select(s => s.Score)]);
            foreach ((string name, double? value) in new[] { ("CSR", set?.Csr), ("ISR", set?.Isr), ("PSR", set?.Psr) })
            {
                JsonElement expected = expect.GetProperty(name + suffix);
                Assert.Equal(expected.ValueKind == JsonValueKind.Null ? null : expected.GetDouble(), value);
            }
        }
    }
}
