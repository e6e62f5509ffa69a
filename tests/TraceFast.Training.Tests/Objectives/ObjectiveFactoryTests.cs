using TraceFast.Data;
using TraceFast.Training.Configuration;
using TraceFast.Training.Encoding;
using TraceFast.Training.Objectives;

namespace TraceFast.Training.Tests.Objectives;

/// <summary>What a configuration makes, for every loss on every layout.</summary>
public sealed class ObjectiveFactoryTests
{
    private static readonly string[] s_losses = [.. ConfigurationKeys.Find("pref_loss")!.Choices];

    [Fact]
    public void Every_loss_trains_on_pairs_and_says_whether_it_needs_a_reference()
    {
        Assert.Equal(17, s_losses.Length);
        foreach (string loss in s_losses)
        {
            Objective objective = Make("stage: dpo", $"pref_loss: {loss}", RecordLayout.Pair);
            Assert.Equal([SequenceRole.Chosen, SequenceRole.Rejected], objective.Roles);
            Assert.Equal(loss is not ("cpo" or "simpo" or "alphapo" or "orpo"), objective.NeedsReference);
            Assert.Equal(loss is "aot" or "aot_pair", objective.CouplesMicroBatch);
            IReadOnlyList<ObjectiveValue> values = objective.EvaluateMicroBatch(
                [[new(-3, -4, 2), new(-5, -4, 3)], [new(-2, -2, 2), new(-6, -4, 3)]]);
            Assert.All(
                values, v =>
                    Assert.True(
                        double.IsFinite(v.Loss) && v.Gradient.All(double.IsFinite) && v.Margin > 0 && v.Accuracy == 1, $"{loss}: {v}"));
            // More of the chosen and less of the rejected is what every loss but the anchored ones asks for.
            if (loss is not ("nca_pair" or "apo_down" or "sppo_hard" or "ipo" or "exo_pair" or "discopop"))
                Assert.All(values, v => Assert.True(v.Gradient[0] <= 0 && v.Gradient[1] >= 0, $"{loss}: {string.Join(", ", v.Gradient)}"));
        }
    }

    [Fact]
    public void Every_loss_and_comparison_of_a_quad_is_made_or_refused_in_words()
    {
        int made = 0;
        foreach (string loss in s_losses)
        {
            foreach (string stage in new[] { "dpo", "iopo" })
            {
                foreach (string quads in ConfigurationKeys.Find("pref_quads")!.Choices)
                {
                    try
                    {
                        Objective objective = Make($"stage: {stage}", $"pref_loss: {loss}\npref_quads: {quads}", RecordLayout.Quad);
                        Assert.Equal(quads is "dpo" or "input" ? 2 : quads == "iopo_verified" ? 6 : 4, objective.Roles.Count);
                        made++;
                    }
                    catch (InputException e)
                    {
                        Assert.Contains("pref_loss", e.Message, StringComparison.Ordinal);
                        bool ofOneMargin = quads is "iopo" or "iopo_verified";
                        Assert.True(ofOneMargin || loss.StartsWith("aot", StringComparison.Ordinal), $"{loss} {quads}: {e.Message}");
                    }
                }
            }
        }
        // In both stages: 17 losses one-sided twice, 15 symmetric twice, 7 of one margin as iopo and as iopo_verified.
        Assert.Equal(2 * (17 * 2 + 15 * 2 + 7 * 2), made);
    }

    [Theory]
    [InlineData("stage: iopo", "", 4)]
    [InlineData("stage: dpo", "", 2)]
    [InlineData("stage: dpo", "pref_quads: dpo_symmetric", 4)]
    public void The_stage_decides_what_is_compared_in_a_quad(string stage, string more, int roles) =>
        Assert.Equal(roles, Make(stage, more, RecordLayout.Quad).Roles.Count);

    [Theory]
    [InlineData("stage: sft", "", RecordLayout.Quad, "stage: sft does not train on quad records")]
    [InlineData("stage: iopo", "", RecordLayout.Pair, "stage: iopo does not train on pair records")]
    [InlineData("stage: dpo", "", RecordLayout.Sft, "stage: dpo does not train on sft records")]
    [InlineData("stage: dpo", "pref_quads: dpo", RecordLayout.Pair, "the data set holds pairs")]
    [InlineData("stage: dpo", "pref_quads: dpo_symmetric\npref_loss: aot", RecordLayout.Quad, "compares by rank within a micro-batch")]
    public void What_does_not_fit_is_an_input_error(string stage, string more, RecordLayout layout, string expected) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() => Make(stage, more, layout)).Message, StringComparison.Ordinal);

    [Fact]
    public void Settings_reach_the_loss()
    {
        SequenceLogProb[] pair = [new(-3, -4, 2), new(-5, -4, 4)];
        // Smoothing, beta and SFT term: b m = 0.2 * 2.
        ObjectiveValue v = Make("stage: dpo", "pref_beta: 0.2\ndpo_label_smoothing: 0.1\npref_ftx: 0.5", RecordLayout.Pair).Evaluate(pair);
        Assert.Equal(0.9 * Math.Log(1 + Math.Exp(-0.4)) + 0.1 * Math.Log(1 + Math.Exp(0.4)) + 0.5 * 1.5, v.Loss, 14);
        // SimPO: b (u - v) - g with averages -1.5 and -1.25.
        ObjectiveValue simpo = Make("stage: dpo", "pref_loss: simpo\npref_beta: 2\nsimpo_gamma: 1", RecordLayout.Pair).Evaluate(pair);
        Assert.Equal(Math.Log(1 + Math.Exp(-(2 * -0.25 - 1))), simpo.Loss, 14);
        // CPO brings its own SFT term of weight 1.
        ObjectiveValue cpo = Make("stage: dpo", "pref_loss: cpo", RecordLayout.Pair).Evaluate(pair);
        Assert.Equal(Math.Log(1 + Math.Exp(-0.2)) + 1.5, cpo.Loss, 14);
        // Jensen-Shannon: log s(1) - log s(-1) = 1.
        ObjectiveValue js = Make("stage: dpo", "f_divergence_type: js_divergence\npref_beta: 1", RecordLayout.Pair).Evaluate(pair);
        Assert.Equal(Math.Log(1 + Math.Exp(-1)), js.Loss, 14);
        // Hölder: with p = s(0.2) and g = 1: p^2 - 2 p.
        double p = 1 / (1 + Math.Exp(-0.2));
        Assert.Equal(p * p - 2 * p, Make("stage: dpo", "pref_loss: holder\nholder_gamma: 1", RecordLayout.Pair).Evaluate(pair).Loss, 14);
        Assert.True(((PreferenceObjective)Make("stage: iopo", "pref_calibrate: true", RecordLayout.Quad)).IsCalibrated);
        Assert.False(Make("stage: dpo", "reference_free: true", RecordLayout.Pair).NeedsReference);
        Assert.Equal(7, Make("stage: sft", "", RecordLayout.Sft).Evaluate([new(-7, 0, 3)]).Loss);
    }

    private static Objective Make(string stage, string more, RecordLayout layout) =>
        ObjectiveFactory.Create(RunConfiguration.Parse($"model_name_or_path: m\ndataset: d\noutput_dir: o\n{stage}\n{more}\n"), layout);
}
