using System.Text.Json;
using TraceFast.Training.Objectives;
using TraceFast.Training.Steps;

namespace TraceFast.Training.Tests.Steps;

public sealed class LossCoefficientTests
{
    [Fact]
    public void Preference_coefficients_of_a_short_step_by_hand()
    {
        // Micro-batches of 2 and 1 records, accumulation 4.
        Assert.Equal([1.0 / 3, 1.0 / 3, 1.0 / 3], LossCoefficients.Preference([2, 1], LossReduction.Records, 4));
        Assert.Equal([0.25, 0.25, 0.5], LossCoefficients.Preference([2, 1], LossReduction.Microbatch, 4));
        Assert.Equal([0.125, 0.125, 0.25], LossCoefficients.Preference([2, 1], LossReduction.Published, 4));
    }

    [Fact]
    public void Sft_coefficients_by_hand()
    {
        // Labels 3 and 1 | 4; a record without labels weighs nothing.
        int[][] labels = [[3, 1], [4, 0]];
        Assert.Equal([0.125, 0.125, 0.125, 0], LossCoefficients.Sft(labels, SftLossReduction.Token, LossReduction.Records, 4));
        Assert.Equal(
            [1.0 / 12, 1.0 / 4, 1.0 / 16, 0], LossCoefficients.Sft(labels, SftLossReduction.MeanOfMeans, LossReduction.Records, 4));
        Assert.Equal([0.125, 0.125, 0.125, 0], LossCoefficients.Sft(labels, SftLossReduction.MeanOfMeans, LossReduction.Microbatch, 4));
        Assert.Equal(
            [1.0 / 16, 1.0 / 16, 1.0 / 16, 0], LossCoefficients.Sft(labels, SftLossReduction.MeanOfMeans, LossReduction.Published, 4));
    }

    [Fact]
    public void Records_are_normalised_alike_however_the_step_is_cut() =>
        Assert.Equal(
            LossCoefficients.Preference([5], LossReduction.Records, 1), LossCoefficients.Preference([2, 2, 1], LossReduction.Records, 3));

    [Theory]
    [InlineData("dpo_lora", false)]
    [InlineData("dpo_lora_repeat", false)]
    [InlineData("iopo_lora", true)]
    public void Step_losses_follow_from_log_probabilities_as_the_trainer_adds_them(string run, bool quads)
    {
        using JsonDocument document = JsonDocument.Parse(
            File.ReadAllText(Oracles.Require("oracles", "hf", "trajectories", run, "trajectory.json")));
        JsonElement meta = document.RootElement.GetProperty("meta");
        SigmoidLoss sigmoid = new(meta.GetProperty("beta").GetDouble(), meta.GetProperty("label_smoothing").GetDouble());
        Objective objective = quads
            ? PreferenceObjective.Iopo(sigmoid, sigmoid.Beta) : PreferenceObjective.Pair(new MarginPairLoss(sigmoid), sigmoid.Beta);
        foreach (JsonElement step in document.RootElement.GetProperty("steps_float64").EnumerateArray())
        {
            List<SequenceLogProb[]>[] micro = [.. step.GetProperty("micro_batches").EnumerateArray().Select(m => Records(m, quads))];
            double[] coefficients = LossCoefficients.Preference([.. micro.Select(m => m.Count)], LossReduction.Microbatch, 2);
            double loss = micro.SelectMany(m => m).Select((r, i) => coefficients[i] * objective.Evaluate(r).Loss).Sum();
            Assert.Equal(step.GetProperty("loss").GetDouble(), loss, 1e-9);
        }
    }

    [Theory]
    [InlineData("run_a", 0.1, 0.0, 0.0, 4)]
    [InlineData("run_b", 0.3, 0.1, 0.0, 2)]
    [InlineData("run_c", 0.1, 0.0, 0.5, 4)]
    public void Published_losses_rewards_and_accumulation_follow_from_log_probabilities(
        string run, double beta, double smoothing, double ftx, int accumulation)
    {
        using JsonDocument document = JsonDocument.Parse(
            File.ReadAllText(Oracles.Require("oracles", "published-trainer", run, "golden.json")));
        Objective objective = PreferenceObjective.Iopo(new SigmoidLoss(beta, smoothing), beta, ftx);
        foreach (JsonElement micro in document.RootElement.GetProperty("micro_steps").EnumerateArray())
        {
            int count = micro.GetProperty("records").GetArrayLength();
            SequenceLogProb Of(string role, int i) => new(
                micro.GetProperty("policy_logps").GetProperty(role)[i].GetDouble(),
                micro.GetProperty("reference_logps").GetProperty(role)[i].GetDouble(),
                micro.GetProperty("n_label_tokens").GetProperty(role)[i].GetInt32());
            ObjectiveValue[] values = [
                .. Enumerable.Range(0, count).Select(i => objective.Evaluate([Of("c1", i), Of("r1", i), Of("c2", i), Of("r2", i)]))];
            double[] coefficients = LossCoefficients.Preference([count], LossReduction.Published, accumulation);
            Assert.Equal(
                micro.GetProperty("loss_returned_by_training_step").GetDouble(), values.Select((v, i) => coefficients[i] * v.Loss).Sum(),
                1e-5);
            for (int i = 0; i < count; i++)
            {
                Assert.Equal(
                    ["c1", "r1", "c2", "r2"], new[] { 0, 1, 2, 3 }.Select(r => Role(r)));
                for (int r = 0; r < 4; r++)
                    Assert.Equal(micro.GetProperty("rewards_per_record").GetProperty(Role(r))[i].GetDouble(), values[i].Rewards[r], 1e-5);
            }
        }

        static string Role(int r) => ((string[])["c1", "r1", "c2", "r2"])[r];
    }

    private static List<SequenceLogProb[]> Records(JsonElement micro, bool quads)
    {
        JsonElement policy = micro.GetProperty("policy");
        JsonElement reference = micro.GetProperty("ref");
        if (quads)
            return [.. policy.EnumerateArray()
                .Zip(reference.EnumerateArray(),
                    (p, q) => Enumerable.Range(0, 4).Select(r => new SequenceLogProb(p[r].GetDouble(), q[r].GetDouble(), 1)).ToArray())];
        return [.. Enumerable.Range(0, policy.GetProperty("chosen").GetArrayLength()).Select(i => new[] { "chosen", "rejected" }
            .Select(r => new SequenceLogProb(policy.GetProperty(r)[i].GetDouble(), reference.GetProperty(r)[i].GetDouble(), 1)).ToArray())];
    }
}
