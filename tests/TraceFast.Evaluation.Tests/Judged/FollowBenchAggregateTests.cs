using System.Text.Json;
using TraceFast.Evaluation.Benchmarks;

namespace TraceFast.Evaluation.Tests.Judged;

public sealed class FollowBenchAggregateTests
{
    [Fact]
    public void A_judges_answer_is_read_as_published()
    {
        foreach (JsonElement one in AggregateOracle.Cases("followbench", "parse_cases"))
        {
            int level = one.GetProperty("level").GetInt32();
            LevelScore score = LevelScore.Of(level, FollowBenchAnswer.Parse(one.GetProperty("judge").GetString()!, level));
            Assert.True(
                (one.GetProperty("hard").GetInt32(), one.GetProperty("soft").GetDouble()) == (score.Hard, score.Soft),
                $"{one.GetProperty("judge")} at level {level}: {score} ({one.GetProperty("note")})");
        }
    }

    [Fact]
    public void Templates_match_as_published()
    {
        foreach (JsonElement one in AggregateOracle.Cases("followbench", "template_match_cases"))
        {
            bool matches = TemplateMatch.Matches(one.GetProperty("template").GetString()!, one.GetProperty("generation").GetString()!);
            Assert.True(one.GetProperty("expect").GetBoolean() == matches, one.GetProperty("note").GetString());
        }
    }

    [Fact]
    public void Scores_are_the_published_ones()
    {
        foreach (JsonElement one in AggregateOracle.Cases("followbench", "aggregate_cases"))
        {
            IReadOnlyList<LevelScore>[] judged = [
                .. one.GetProperty("judge_groups").EnumerateArray()
                    .Select(IReadOnlyList<LevelScore> (g) => [.. g.EnumerateArray().Select(Judged)])];
            IReadOnlyList<LevelScore>[] programs = [
                .. one.GetProperty("rule_groups").EnumerateArray()
                    .Select(IReadOnlyList<LevelScore> (g) => [.. g.Flags().Select((f, i) => LevelScore.Of(i + 1, f))])];
            for (int level = 1; level <= 5; level++)
            {
                Assert.Equal(one.GetProperty("hard_sums").Numbers()[level - 1], judged.Sum(g => (double)g[level - 1].Hard));
                Assert.Equal(one.GetProperty("soft_sums").Numbers()[level - 1], judged.Sum(g => g[level - 1].Soft));
            }

            Assert.Equal(one.GetProperty("judge_csl_sum").GetInt32(), judged.Sum(FollowBenchScore.Consistent));
            FollowBenchScore score = FollowBenchScore.Of(judged, programs);
            JsonElement expect = one.GetProperty("expect");
            Assert.Equal(expect.GetProperty("HSR").Texts(), score.Hsr);
            Assert.Equal(expect.GetProperty("SSR").Texts(), score.Ssr);
            Assert.Equal(expect.GetProperty("CSL").GetDouble(), score.Csl);
            Assert.Equal(expect.GetProperty("weighted_HSR").GetDouble(), score.WeightedHsr);
            Assert.Equal(expect.GetProperty("weighted_SSR").GetDouble(), score.WeightedSsr);
        }
    }

    /// <summary>Values by hand from Python: "{:.2f}".format(1/32*100) and so on. 3.125 is a tie and goes to even, 0.285 is none.</summary>
    [Theory]
    [InlineData(3.125, 2, "3.12")]
    [InlineData(9.375, 2, "9.38")]
    [InlineData(0.285, 2, "0.28")]
    [InlineData(1.005, 2, "1.00")]
    [InlineData(2.675, 2, "2.67")]
    [InlineData(-100, 2, "-100.00")]
    [InlineData(2.25, 1, "2.2")]
    [InlineData(2.75, 1, "2.8")]
    [InlineData(0.05, 1, "0.1")]
    public void Percentages_are_rounded_as_Python_rounds(double value, int decimals, string expected) =>
        Assert.Equal(expected, Rounded.Fixed(value, decimals));

    private static LevelScore Judged(JsonElement satisfied, int number) =>
        satisfied.ValueKind == JsonValueKind.Null
            ? LevelScore.Undecided(number + 1) : LevelScore.Of(number + 1, new FollowBenchAnswer(satisfied.Flags()));
}
