using System.Globalization;
using System.Text.Json;
using TraceFast.Evaluation.Benchmarks;

namespace TraceFast.Evaluation.Tests.Judged;

public sealed class ComplexBenchAggregateTests
{
    [Fact]
    public void A_question_falls_with_what_it_directly_depends_on()
    {
        foreach (JsonElement one in AggregateOracle.Cases("complexbench", "dependency_cases"))
        {
            bool[] truths = Dependencies.Apply(
                one.GetProperty("judges").Flags(),
                [.. one.GetProperty("dep").EnumerateArray().Select(IReadOnlyList<int> (d) => d.Integers())]);
            Assert.True(one.GetProperty("expect").Flags().SequenceEqual(truths), one.GetProperty("note").GetString());
        }
    }

    [Fact]
    public void Rules_hold_where_the_published_program_says_so()
    {
        foreach (JsonElement one in AggregateOracle.Cases("complexbench", "rule_cases"))
        {
            string rule = one.GetProperty("rule").GetString()!;
            string[] objects = one.GetProperty("objects").Texts();
            JsonElement expect = one.GetProperty("expect");
            if (one.GetProperty("error").ValueKind != JsonValueKind.Null)
            {
                Assert.Throws<RuleException>(() => ComplexBenchRule.Check(rule, objects));
                continue;
            }

            bool? expected = expect.ValueKind == JsonValueKind.Number
                ? expect.GetInt32() == 2 ? null : expect.GetInt32() == 1 : expect.GetBoolean();
            Assert.True(
                expected == ComplexBenchRule.Check(rule, objects),
                $"{rule} of [{string.Join("|", objects)}]: {expected} ({one.GetProperty("note").GetString()})");
        }
    }

    [Fact]
    public void Objects_are_taken_from_an_extraction_as_published()
    {
        foreach (JsonElement one in AggregateOracle.Cases("complexbench", "extraction_cases"))
        {
            string? extraction = one.GetProperty("extraction").GetString();
            Assert.Equal(
                one.GetProperty("objects").Texts(), ExtractedObjects.Of(one.GetProperty("output").GetString()!, extraction).Objects);
            if (extraction is not null)
                Assert.Equal(one.GetProperty("decompose").GetString(), ExtractedObjects.Named(extraction));
        }
    }

    [Fact]
    public void Scores_are_the_published_ones()
    {
        int whole = 0;
        foreach (JsonElement one in AggregateOracle.Cases("complexbench", "aggregate_cases"))
        {
            JsonElement[] entries = [.. one.GetProperty("entries").EnumerateArray()];
            ComplexBenchRecord[] records = [.. entries.Select(Record)];
            bool[][] truths = [
                .. entries.Select(
                    (e, i) =>
                        Dependencies.Apply(e.GetProperty("point_judges").Flags(), [.. records[i].Questions.Select(q => q.DependsOn)]))];
            JsonElement[] rely = [.. one.GetProperty("rely").EnumerateArray()];
            Assert.All(truths, (t, i) => Assert.Equal(rely[i].Flags(), t));
            ComplexBenchScores scores = new(records, truths);
            JsonElement expect = one.GetProperty("expect");
            Assert.Equal(expect.GetProperty("overall_drfr").GetDouble(), scores.Overall.Value);
            if (one.TryGetProperty("error", out JsonElement error) && error.ValueKind != JsonValueKind.Null)
            {
                Assert.Contains(false, new[] { false, true }.Select(m => double.IsFinite(scores.RelativeDrop(m))));
                continue;
            }

            whole++;
            AreEqual(expect.GetProperty("categorized_drfr"), scores.ByCategory, ordered: true);
            AreEqual(expect.GetProperty("categorized_avg_drfr"), scores.ByFirstComposition, ordered: true);
            AreEqual(expect.GetProperty("task_types_drfr"), scores.ByTaskType);
            AreEqual(expect.GetProperty("nested_methods_drfr"), scores.ByCompositions, ordered: true);
            AreEqual(expect.GetProperty("constraint_types_and_composition_types_acc"), scores.ByGroupOfDimension);
            AreEqual(expect.GetProperty("each_constraint_dimensions_and_composition_types_acc"), scores.ByDimension);
            foreach ((string depth, string drop, bool multiple) in
                new[] { ("single", "single_relative_drop", false), ("multiple", "miltiple_relative_drop", true) })
            {
                Assert.Equal(expect.GetProperty(depth + "_origin_test").GetDouble(), scores.Origin(multiple).Value);
                Assert.Equal(expect.GetProperty(depth + "_coherent_test").GetDouble(), scores.Coherent(multiple).Value);
                Assert.Equal(expect.GetProperty(drop).GetDouble(), scores.RelativeDrop(multiple));
            }
        }

        Assert.True(whole > 0);
    }

    /// <summary>The published file spells one group "Utillity".</summary>
    private static void AreEqual(JsonElement expected, IReadOnlyList<Metric> metrics, bool ordered = false)
    {
        Dictionary<string, double> expect = expected.EnumerateObject()
            .ToDictionary(p => p.Name == "Utillity" ? "Utility" : p.Name, p => p.Value.GetDouble());
        Assert.Equal(expect, metrics.ToDictionary(m => m.Part!, m => m.Value));
        if (ordered)
            Assert.Equal(expected.EnumerateObject().Select(p => p.Name), metrics.Select(m => m.Part));
    }

    private static ComplexBenchRecord Record(JsonElement entry, int number) => new(
        number + 1, number.ToString(CultureInfo.InvariantCulture), entry.GetProperty("group").GetString()!, "",
        entry.GetProperty("task_types").GetString()!,
        entry.GetProperty("composition_types").Texts(), entry.GetProperty("category").GetString()!,
        [.. entry.GetProperty("scoring_questions").EnumerateArray().Select(q => new ScoringQuestion(
            "", q.GetProperty("rule").GetString(), q.GetProperty("constraint_dimensions").Texts(),
            q.GetProperty("composition_types").Texts(), q.GetProperty("dep").Integers()))],
        "");
}
