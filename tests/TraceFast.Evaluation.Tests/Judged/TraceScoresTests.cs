using System.Text.Json;
using TraceFast.Constraints;
using TraceFast.Evaluation.Judging;
using TraceFast.Evaluation.Benchmarks;

namespace TraceFast.Evaluation.Tests.Judged;

public sealed class TraceScoresTests
{
    [Fact]
    public void One_and_several_constraints_are_scored_apart()
    {
        foreach (JsonElement one in AggregateOracle.Cases("trace_assumed", "cases"))
        {
            RecordResult[] records = [
                .. one.GetProperty("judgements").EnumerateArray()
                    .Select(j => Record([.. j.Flags().Select(f => f ? Outcome.Obeyed : Outcome.Violated)]))];
            Dictionary<string, double> values = TraceScores.Metrics(records).ToDictionary(m => m.Name, m => m.Value);
            JsonElement expect = one.GetProperty("expect");
            Assert.Equal(expect.GetProperty("IF_S").GetDouble(), values["if_s"]);
            Assert.Equal(expect.GetProperty("IF_M").GetDouble(), values["if_m"]);
            Assert.Equal(expect.GetProperty("constraint_level").GetDouble(), values["constraints"]);
        }
    }

    [Fact]
    public void Undecided_is_never_a_pass()
    {
        Dictionary<string, double> values = TraceScores.Metrics(
            [Record(Outcome.NeedsJudge), Record(Outcome.Obeyed, Outcome.NeedsJudge), Record(Outcome.Obeyed)])
            .ToDictionary(m => m.Name, m => m.Value);
        Assert.Equal((0.5, 0, 0.5), (values["if_s"], values["if_m"], values["constraints"]));
    }

    private static JudgedRecord Record(params Outcome[] outcomes) => new()
    {
        Line = 1,
        Id = "1",
        Prompt = "",
        Response = "",
        Constraints = [.. outcomes.Select(o => new ConstraintResult("theme", "", o, "", [], Decider.Judge))],
    };
}
