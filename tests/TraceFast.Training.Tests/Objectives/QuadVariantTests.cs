using TraceFast.Training.Encoding;
using TraceFast.Training.Objectives;

namespace TraceFast.Training.Tests.Objectives;

/// <summary>What is compared in a quad: roles asked for, arithmetic, and how the variants relate.</summary>
public sealed class QuadVariantTests
{
    // log-ratios c1 2, r1 -1, c2 1, r2 3
    private static readonly SequenceLogProb s_c1 = new(-8, -10, 4);
    private static readonly SequenceLogProb s_r1 = new(-11, -10, 5);
    private static readonly SequenceLogProb s_c2 = new(-9, -10, 2);
    private static readonly SequenceLogProb s_r2 = new(-7, -10, 3);

    private static readonly MarginPairLoss s_sigmoid = new(new SigmoidLoss(0.5));

    [Fact]
    public void One_sided_dpo_asks_for_the_first_prompt_only_and_compares_c1_with_r1()
    {
        PreferenceObjective objective = PreferenceObjective.Output(s_sigmoid, 0.5);
        Assert.Equal([SequenceRole.X1Y1, SequenceRole.X1Y2], objective.Roles);
        ObjectiveValue v = objective.Evaluate([s_c1, s_r1]);
        Assert.Equal(Math.Log(1 + Math.Exp(-0.5 * 3)), v.Loss, 14);
        Assert.Equal(0.5 * 3, v.Margin, 14);
    }

    [Fact]
    public void One_sided_input_preference_compares_c1_with_r2()
    {
        PreferenceObjective objective = PreferenceObjective.Input(s_sigmoid, 0.5);
        Assert.Equal([SequenceRole.X1Y1, SequenceRole.X2Y1], objective.Roles);
        ObjectiveValue v = objective.Evaluate([s_c1, s_r2]);
        Assert.Equal(Math.Log(1 + Math.Exp(0.5)), v.Loss, 14);
        Assert.Equal(0, v.Accuracy);
    }

    [Fact]
    public void Symmetric_variants_add_two_losses_and_count_each_comparison()
    {
        ObjectiveValue output = PreferenceObjective.OutputSymmetric(s_sigmoid, 0.5, ftx: 1).Evaluate([s_c1, s_r1, s_c2, s_r2]);
        // c1 - r1 = 3, c2 - r2 = -2; sft 8/4 + 9/2.
        Assert.Equal(Math.Log(1 + Math.Exp(-1.5)) + Math.Log(1 + Math.Exp(1)) + 6.5, output.Loss, 13);
        Assert.Equal(0.5, output.Accuracy);
        ObjectiveValue input = PreferenceObjective.InputSymmetric(s_sigmoid, 0.5).Evaluate([s_c1, s_r1, s_c2, s_r2]);
        // c1 - r2 = -1, c2 - r1 = 2.
        Assert.Equal(Math.Log(1 + Math.Exp(0.5)) + Math.Log(1 + Math.Exp(-1)), input.Loss, 13);
        Assert.Equal(0.5, input.Accuracy);
        // All three margins are beta D.
        Assert.Equal(0.5, output.Margin, 14);
        Assert.Equal(0.5, input.Margin, 14);
    }

    // log-ratios f1 -2, f2 4
    private static readonly SequenceLogProb s_f1 = new(-12, -10, 6);
    private static readonly SequenceLogProb s_f2 = new(-6, -10, 1);
    private static readonly SequenceLogProb s_none = new(0, 0, 0);

    [Fact]
    public void Six_cells_add_their_weighted_losses_and_the_sft_of_what_verifies()
    {
        PreferenceObjective objective = PreferenceObjective.IopoVerified(new SigmoidLoss(0.5), 0.5, ftx: 2, iopo: 0.7, failures: 1.3);
        Assert.Equal(
            [
                SequenceRole.X1Y1, SequenceRole.X1Y2, SequenceRole.X2Y2, SequenceRole.X2Y1, SequenceRole.X1F1, SequenceRole.X2F2,
            ],
            objective.Roles);
        SequenceLogProb[] s = [s_c1, s_r1, s_c2, s_r2, s_f1, s_f2];
        ObjectiveValue v = objective.Evaluate(s);
        // D = 2 + 1 + 1 - 3, c1 - f1 = 4, c2 - f2 = -3; sft 8/4 + 9/2.
        double terms = 0.7 * Soft(-0.5) + 1.3 * (Soft(-2) + Soft(1.5));
        Assert.Equal(terms + 2 * 6.5, v.Loss, 13);
        Assert.Equal(0.5 * (1 + 4 - 3), v.Margin, 13);
        Assert.Equal(2.0 / 3, v.Accuracy, 13);
        Assert.Equal(1.3 * 0.5 / (1 + Math.Exp(2)), v.Gradient[4], 13);
        Assert.Equal(-0.7 * 0.5 / (1 + Math.Exp(0.5)) - 1.3 * 0.5 / (1 + Math.Exp(2)) - 2.0 / 4, v.Gradient[0], 13);

        s[2] = s_c2 with { Verified = false };
        s[5] = s_none;
        v = objective.Evaluate(s);
        Assert.Equal(0.7 * Soft(-0.5) + 1.3 * Soft(-2) + 2 * 2, v.Loss, 13);
        Assert.Equal((0, 1.0), (v.Gradient[5], v.Accuracy));
        s[4] = s_none;
        Assert.Equal(0.7 * Soft(-0.5) + 2 * 2, objective.Evaluate(s).Loss, 13);
        PreferenceObjective averaged = PreferenceObjective.IopoVerified(new IpoLoss(0.5), 0.5, ftx: 0, iopo: 1, failures: 1);
        Assert.All(averaged.Evaluate(s).Rewards, reward => Assert.True(double.IsFinite(reward)));

        static double Soft(double x) => Math.Log(1 + Math.Exp(x));
    }

    [Fact]
    public void Six_cells_are_iopo_dpo_on_pairs_or_sft_where_the_other_terms_are_off()
    {
        SigmoidLoss loss = new(0.5, 0.1);
        PreferenceObjective iopo = PreferenceObjective.IopoVerified(loss, 0.5, 0.3, iopo: 1, failures: 0);
        SequenceLogProb[] four = [s_c1, s_r1, s_c2, s_r2];
        ObjectiveValue v = iopo.Evaluate(four), w = PreferenceObjective.Iopo(loss, 0.5, 0.3).Evaluate(four);
        Assert.Equal((w.Loss, w.Margin, w.Accuracy), (v.Loss, v.Margin, v.Accuracy));
        Assert.Equal(w.Gradient, v.Gradient);

        PreferenceObjective pairs = PreferenceObjective.IopoVerified(loss, 0.5, 0.3, iopo: 0, failures: 1);
        Assert.Equal([SequenceRole.X1Y1, SequenceRole.X2Y2, SequenceRole.X1F1, SequenceRole.X2F2], pairs.Roles);
        PreferenceObjective pair = PreferenceObjective.Pair(new MarginPairLoss(loss), 0.5, 0.3);
        ObjectiveValue first = pair.Evaluate([s_c1, s_f1]), second = pair.Evaluate([s_c2, s_f2]);
        v = pairs.Evaluate([s_c1, s_c2, s_f1, s_f2]);
        Assert.Equal(first.Loss + second.Loss, v.Loss, 14);
        Assert.Equal([first.Gradient[0], second.Gradient[0], first.Gradient[1], second.Gradient[1]], v.Gradient);

        PreferenceObjective sft = PreferenceObjective.IopoVerified(loss, 0.5, 1, iopo: 0, failures: 0);
        Assert.Equal([SequenceRole.X1Y1, SequenceRole.X2Y2], sft.Roles);
        Assert.False(sft.NeedsReference);
        v = sft.Evaluate([s_c1, s_c2]);
        Assert.Equal(8.0 / 4 + 9.0 / 2, v.Loss, 14);
        Assert.Equal([-1.0 / 4, -1.0 / 2], v.Gradient);
        Assert.Equal(0, v.Accuracy);
    }

    [Fact]
    public void To_first_order_in_beta_iopo_and_both_symmetric_variants_have_the_same_gradient()
    {
        Random random = new(5);
        for (int trial = 0; trial < 200; trial++)
        {
            SequenceLogProb[] s = [
                .. Enumerable.Range(0, 4).Select(_ => new SequenceLogProb(-20 * random.NextDouble(), -20 * random.NextDouble(), 3))];
            // At beta = 0 the slope per beta is exactly -1/2 in each chosen term and 1/2 in each rejected one; what is left falls with
            // beta.
            double[] betas = [Math.ScaleB(1, -20), Math.ScaleB(1, -30)];
            double[] apart = [.. betas.Select(beta => Apart(s, beta))];
            Assert.True(apart[0] <= 20 * betas[0], $"apart by {apart[0]} at beta {betas[0]}");
            Assert.True(apart[1] <= 20 * betas[1], $"apart by {apart[1]} at beta {betas[1]}");
        }
    }

    [Fact]
    public void At_equal_log_ratios_the_three_gradients_are_equal_to_the_last_bit()
    {
        SequenceLogProb[] s = [new(-3, -3, 2), new(-5, -5, 4), new(-7, -7, 4), new(-2, -2, 2)];
        double[] iopo = PreferenceObjective.Iopo(new SigmoidLoss(0.1), 0.1).Evaluate(s).Gradient;
        Assert.Equal([-0.05, 0.05, -0.05, 0.05], iopo);
        MarginPairLoss pair = new(new SigmoidLoss(0.1));
        Assert.Equal(iopo, PreferenceObjective.OutputSymmetric(pair, 0.1).Evaluate(s).Gradient);
        Assert.Equal(iopo, PreferenceObjective.InputSymmetric(pair, 0.1).Evaluate(s).Gradient);
    }

    /// <summary>Largest difference of the gradients divided by beta, and of each to the limit 1/2.</summary>
    private static double Apart(SequenceLogProb[] s, double beta)
    {
        MarginPairLoss pair = new(new SigmoidLoss(beta));
        double[][] gradients =
        [
            PreferenceObjective.Iopo(new SigmoidLoss(beta), beta).Evaluate(s).Gradient,
            PreferenceObjective.OutputSymmetric(pair, beta).Evaluate(s).Gradient,
            PreferenceObjective.InputSymmetric(pair, beta).Evaluate(s).Gradient,
        ];
        double[] limit = [-0.5, 0.5, -0.5, 0.5];
        return gradients.Max(g => g.Select((x, i) => Math.Abs(x / beta - limit[i])).Max());
    }
}
