using TraceFast.Training.Configuration;
using TraceFast.Training.Objectives;
using TraceFast.Training.Rollouts;
using TraceFast.Training.Steps;

namespace TraceFast.Training.Tests.Objectives;

/// <summary>
/// Against TRL's loss, -min(rho A, clip(rho) A) for each token, averaged as loss_type says; its numbers computed apart in double.
/// </summary>
public sealed class GrpoObjectiveTests
{
    private const double ClipRange = 0.2;

    private static readonly int[] s_labels = [7, 3, 12, 5, 4, 9, 1, 6, 10, 2, 8, 11];

    private static readonly double[] s_advantages =
        GroupAdvantages.Of([1, 0.5, 0, 0.25, 2.0 / 3, 2.0 / 3, 2.0 / 3, 2.0 / 3, 0, 1, 1, 0], 4, ScaleRewards.Group);

    /// <summary>[answers] the weights of the losses in a step of two micro-batches.</summary>
    private static double[] Coefficients(SftLossReduction reduction, LossReduction rule = LossReduction.Records) =>
        LossCoefficients.Sft([s_labels[..6], s_labels[6..]], reduction, rule, 2);

    private static ObjectiveValue Value(int i, double policy = -20) =>
        new GrpoObjective().Evaluate([new SequenceLogProb(policy, 0, s_labels[i], Advantage: s_advantages[i])]);

    [Theory]
    [InlineData(SftLossReduction.Token, LossReduction.Records, 0.18402825544651497)] // dapo
    [InlineData(SftLossReduction.MeanOfMeans, LossReduction.Records, 0)] // grpo
    [InlineData(SftLossReduction.MeanOfMeans, LossReduction.Microbatch, 0.18569375282835718)] // bnpo
    public void The_loss_of_a_step_is_the_formulas(SftLossReduction reduction, LossReduction rule, double expected)
    {
        double[] coefficients = Coefficients(reduction, rule);
        Assert.Equal(expected, coefficients.Select((c, i) => c * Value(i).Loss).Sum(), 1e-14);
    }

    [Theory]
    [InlineData(SftLossReduction.Token)]
    [InlineData(SftLossReduction.MeanOfMeans)]
    public void The_gradient_is_the_derivative_of_the_clipped_surrogate(SftLossReduction reduction)
    {
        const double Step = 1e-6;
        double[] coefficients = Coefficients(reduction);
        double[][] sampled = [.. s_labels.Select((n, i) => Enumerable.Range(0, n).Select(t => -0.3 - 0.1 * ((i + 3 * t) % 7)).ToArray())];
        for (int i = 0; i < s_labels.Length; i++)
            for (int t = 0; t < s_labels[i]; t++)
                Assert.Equal(
                    coefficients[i] * Value(i, sampled[i].Sum()).Gradient[0],
                    (Surrogate(i, t, Step) - Surrogate(i, t, -Step)) / (2 * Step), 1e-8);

        double Surrogate(int answer, int token, double by)
        {
            double loss = 0;
            for (int i = 0; i < s_labels.Length; i++)
                for (int t = 0; t < s_labels[i]; t++)
                {
                    double now = sampled[i][t] + (i == answer && t == token ? by : 0);
                    double ratio = Math.Exp(now - sampled[i][t]);
                    double clipped = Math.Clamp(ratio, 1 - ClipRange, 1 + ClipRange);
                    double tokens = reduction == SftLossReduction.Token ? s_labels.Sum() : (double)s_labels[i] * s_labels.Length;
                    loss -= Math.Min(ratio * s_advantages[i], clipped * s_advantages[i]) / tokens;
                }
            return loss;
        }
    }

    [Fact]
    public void A_log_probability_that_is_no_number_shows_in_the_loss()
    {
        Assert.True(double.IsNaN(Value(0, double.NaN).Loss));
        Assert.True(double.IsNaN(Value(0, double.NegativeInfinity).Loss));
    }
}
