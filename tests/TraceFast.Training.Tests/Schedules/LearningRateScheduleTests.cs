using System.Text.Json;
using TraceFast.Data;
using TraceFast.Training.Schedules;

namespace TraceFast.Training.Tests.Schedules;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void Every_rate_equals_transformers_also_past_the_end()
    {
        (int cases, int errors) = (0, 0);
        foreach (JsonElement c in Schedules().GetProperty("cases").EnumerateArray())
        {
            string name = c.GetProperty("name").GetString()!;
            JsonElement kwargs = c.GetProperty("kwargs");
            double? Of(string key) => kwargs.TryGetProperty(key, out JsonElement value) ? value.GetDouble() : null;
            ScheduleOptions options = new() { NumCycles = Of("num_cycles"), LrEnd = Of("lr_end"), Power = Of("power"), MinLr = Of("min_lr"),
                MinLrRate = Of("min_lr_rate") };
            (int warmup, int total) = (c.GetProperty("warmup_steps").GetInt32(), c.GetProperty("total_steps").GetInt32());
            double peak = c.GetProperty("peak_lr").GetDouble();
            cases++;
            if (c.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.String)
            {
                Assert.Contains(
                    "warm-up takes all",
                    Assert.Throws<InputException>(() => LearningRateSchedule.Create(name, peak, warmup, total, options)).Message,
                    StringComparison.Ordinal);
                errors++;
                continue;
            }
            LearningRateSchedule schedule = LearningRateSchedule.Create(name, peak, warmup, total, options);
            double[] expected = [.. c.GetProperty("lr_per_step").EnumerateArray().Select(x => x.GetDouble())];
            for (int step = 0; step < expected.Length; step++)
                Assert.True(
                    Math.Abs(expected[step] - schedule.At(step)) <= 1e-15 * Math.Abs(expected[step]) + 1e-16 * peak,
                    $"{name} {kwargs} warm-up {warmup} of {total}, step {step}: {schedule.At(step):R}, expected {expected[step]:R}");
        }
        Assert.True(cases >= 60 && errors == 2, $"{cases} cases, {errors} errors");
    }

    [Fact]
    public void Warmup_ratio_rounds_up_as_the_trainer_does()
    {
        foreach (JsonElement c in Schedules().GetProperty("warmup_ratio_rounding").EnumerateArray())
            Assert.Equal(
                c.GetProperty("warmup_steps").GetInt32(),
                LearningRateSchedule.WarmupOf(0, c.GetProperty("warmup_ratio").GetDouble(), c.GetProperty("total_steps").GetInt32()));
        Assert.Equal(7, LearningRateSchedule.WarmupOf(7, 0.5, 100));
    }

    [Fact]
    public void Published_runs_use_these_rates()
    {
        foreach ((string run, string name) in new[] { ("run_a", "cosine"), ("run_b", "linear"), ("run_c", "cosine") })
        {
            using JsonDocument golden = JsonDocument.Parse(
                File.ReadAllText(Oracles.Require("oracles", "published-trainer", run, "golden.json")));
            int total = golden.RootElement.GetProperty("meta").GetProperty("num_training_steps").GetInt32();
            LearningRateSchedule schedule = LearningRateSchedule.Create(name, 5e-4, LearningRateSchedule.WarmupOf(0, 0.1, total), total);
            foreach (JsonElement step in golden.RootElement.GetProperty("optimizer_steps").EnumerateArray())
                Assert.Equal(step.GetProperty("lr_used").GetDouble(), schedule.At(step.GetProperty("optimizer_step").GetInt32()), 1e-18);
        }
    }

    [Fact]
    public void Warmup_stable_decay_has_three_phases()
    {
        // transformers' get_wsd_schedule by hand: rise 0..2, peak to 5, linear decay over 4 steps to 0.1 p, then 0.1 p.
        LearningRateSchedule s = LearningRateSchedule.Create(
            "warmup_stable_decay", 1, 2, 10,
            new ScheduleOptions { NumDecaySteps = 4, NumStableSteps = 3, DecayType = "linear", MinLrRatio = 0.1 });
        Assert.Equal(
            [0.1, 0.55, 1, 1, 1, 1, 0.775, 0.55, 0.325, 0.1, 0.1], Enumerable.Range(0, 11).Select(s.At), (a, b) => Math.Abs(a - b) < 1e-15);
    }

    [Fact]
    public void Cosine_warmup_with_min_lr_is_one_step_ahead()
    {
        // transformers' formula by hand: (s+1)/w while warming up, then the cosine at (s - w + 1) / (T - w), between 1 and 0.2.
        LearningRateSchedule s = LearningRateSchedule.Create("cosine_warmup_with_min_lr", 1, 2, 4, new ScheduleOptions { MinLrRate = 0.2 });
        Assert.Equal([0.5, 1, 0.6, 0.2], Enumerable.Range(0, 4).Select(s.At), (a, b) => Math.Abs(a - b) < 1e-15);
        LearningRateSchedule from = LearningRateSchedule.Create(
            "cosine_warmup_with_min_lr", 1, 3, 5, new ScheduleOptions { MinLrRate = 0.2, WarmupLrRate = 0.4 });
        Assert.Equal([0.4, 0.7, 1, 0.6, 0.2], Enumerable.Range(0, 5).Select(from.At), (a, b) => Math.Abs(a - b) < 1e-15);
    }

    [Theory]
    [InlineData("cosine_with_min_lr", "needs min_lr or min_lr_rate")]
    [InlineData("warmup_stable_decay", "needs num_decay_steps")]
    [InlineData("reduce_lr_on_plateau", "is not a schedule; expected one of linear")]
    public void What_has_no_value_is_an_error_that_says_what_to_give(string name, string expected) =>
        Assert.Contains(
            expected, Assert.Throws<InputException>(() => LearningRateSchedule.Create(name, 1e-3, 0, 10)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_polynomial_needs_a_peak_above_its_end() =>
        Assert.Contains(
            "must be smaller than learning_rate",
            Assert.Throws<InputException>(() => LearningRateSchedule.Create("polynomial", 1e-8, 0, 10)).Message, StringComparison.Ordinal);

    private static JsonElement Schedules()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Oracles.Require("oracles", "hf", "schedules.json")));
        return document.RootElement.Clone();
    }
}
