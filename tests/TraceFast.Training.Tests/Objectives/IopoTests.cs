using System.Text.Json;
using TraceFast.Training.Objectives;

namespace TraceFast.Training.Tests.Objectives;

public sealed class IopoTests
{
    private static readonly string[] s_roleNames = ["c1", "r1", "c2", "r2"];

    [Fact]
    public void Loss_and_gradient_equal_sixty_digit_arithmetic()
    {
        LossFile file = new("iopo.json");
        (int cases, double largest) = (0, 0);
        foreach (JsonElement row in file.Root.GetProperty("rows").EnumerateArray())
        {
            SequenceLogProb[] sequences = [
                .. s_roleNames.Select(
                    r => new SequenceLogProb(
                        row.GetProperty("policy").GetProperty(r).GetDouble(), row.GetProperty("reference").GetProperty(r).GetDouble(), 7))];
            foreach (JsonElement c in row.GetProperty("cases").EnumerateArray())
            {
                (double beta, double smoothing) = (c.GetProperty("beta").GetDouble(), c.GetProperty("label_smoothing").GetDouble());
                ObjectiveValue value = PreferenceObjective.Iopo(new SigmoidLoss(beta, smoothing), beta).Evaluate(sequences);
                double betaD = c.GetProperty("betaD").GetDouble();
                // D is a float64 sum of eight terms; its rounding, times the slope, is what may differ.
                double rounding = sequences.Sum(s => Math.Abs(s.Policy) + Math.Abs(s.Reference)) * 4e-16;
                double slope = c.GetProperty("dloss_dD").GetDouble();
                Close(c.GetProperty("loss").GetDouble(),
                    value.Loss, Math.Abs(slope) * rounding, $"loss at beta D {betaD}, smoothing {smoothing}");
                Close(slope,
                    value.Gradient[0], beta * Math.Abs(slope) * rounding + beta * smoothing * 2e-16,
                    $"slope at beta D {betaD}, smoothing {smoothing}");
                Assert.Equal(value.Gradient[0], value.Gradient[2]);
                Assert.Equal(-value.Gradient[0], value.Gradient[1]);
                Assert.Equal(-value.Gradient[0], value.Gradient[3]);
                Close(betaD, value.Margin, beta * rounding, "margin");
                Assert.Equal(value.Margin > 0 ? 1 : 0, value.Accuracy);
                largest = Math.Max(largest, Math.Abs(betaD));
                cases++;
            }
        }
        Assert.True(cases >= 40, $"{cases} cases");
        Assert.True(largest >= 999, $"largest |beta D| is {largest}");
    }

    [Theory]
    [InlineData(1e4)]
    [InlineData(-1e4)]
    [InlineData(745.5)]
    [InlineData(-745.5)]
    [InlineData(1e-300)]
    public void Every_margin_loss_is_finite_far_out(double x)
    {
        MarginLoss[] losses =
        [
            new SigmoidLoss(0.1), new SigmoidLoss(0.1, 0.1), new RobustLoss(0.1, 0.1), new ExoPairLoss(0.1), new HingeLoss(0.1),
            new IpoLoss(0.1), new DiscoPopLoss(0.1), new HolderLoss(0.1),
        ];
        foreach (MarginLoss loss in losses)
        {
            MarginLossValue value = loss.Evaluate(x / 0.1);
            Assert.True(double.IsFinite(value.Loss) && double.IsFinite(value.Gradient), $"{loss} at beta m = {x}: {value}");
        }
        MarginLossValue sigmoid = losses[0].Evaluate(x / 0.1);
        Assert.Equal(x > 0 ? 0 : -x, sigmoid.Loss, Math.Abs(x) < 1 ? 0.7 : 1e-9);
        Assert.Equal(x > 1 ? 0 : x < -1 ? -0.1 : -0.05, sigmoid.Gradient, 1e-12);
    }

    [Fact]
    public void Worked_by_hand_with_smoothing_and_sft_term()
    {
        // log-ratios c1 2, r1 -1, c2 1, r2 3: D = 2 + 1 + 1 - 3 = 1, b D = 0.5.
        SequenceLogProb[] s = [new(-8, -10, 4), new(-11, -10, 5), new(-9, -10, 2), new(-7, -10, 3)];
        ObjectiveValue v = PreferenceObjective.Iopo(new SigmoidLoss(0.5, 0.1), 0.5, ftx: 0.5).Evaluate(s);
        // -0.9 log s(0.5) - 0.1 log s(-0.5) = 0.9 * 0.47407698 + 0.1 * 0.97407698; sft: 0.5 (8/4 + 9/2) = 3.25.
        Assert.Equal(0.9 * 0.474076984180107 + 0.1 * 0.974076984180107 + 3.25, v.Loss, 12);
        // b (0.1 s(0.5) - 0.9 s(-0.5)) = 0.5 (0.1 * 0.6224593312 - 0.9 * 0.3775406688)
        double slope = 0.5 * (0.1 * 0.622459331201855 - 0.9 * 0.377540668798145);
        Assert.Equal(slope - 0.5 / 4, v.Gradient[0], 12);
        Assert.Equal(-slope, v.Gradient[1], 12);
        Assert.Equal(slope - 0.5 / 2, v.Gradient[2], 12);
        Assert.Equal(-slope, v.Gradient[3], 12);
        Assert.Equal([1.0, -0.5, 0.5, 1.5], v.Rewards);
        Assert.Equal(0.5, v.Margin, 12);
        Assert.Equal(1, v.Accuracy);
    }

    [Fact]
    public void Ipo_averages_each_log_ratio_over_its_labels()
    {
        // averages: c1 2/4, r1 -1/5, c2 1/2, r2 3/3: m = 0.5 + 0.5 + 0.2 - 1 = 0.2; (0.2 - 1/(2*0.5))^2 = 0.64, slope 2 (0.2 - 1) = -1.6.
        SequenceLogProb[] s = [new(-8, -10, 4), new(-11, -10, 5), new(-9, -10, 2), new(-7, -10, 3)];
        ObjectiveValue v = PreferenceObjective.Iopo(new IpoLoss(0.5), 0.5).Evaluate(s);
        Assert.Equal(0.64, v.Loss, 12);
        Assert.Equal([-1.6 / 4, 1.6 / 5, -1.6 / 2, 1.6 / 3], v.Gradient.Select(g => Math.Round(g, 14)), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal(0.5 * 0.2, v.Margin, 12);
    }

    [Fact]
    public void Hinge_is_flat_beyond_its_margin()
    {
        SequenceLogProb[] s = [new(-8, -10, 4), new(-11, -10, 5), new(-9, -10, 2), new(-7, -10, 3)];
        ObjectiveValue inside = PreferenceObjective.Iopo(new HingeLoss(0.5), 0.5).Evaluate(s);
        Assert.Equal(0.5, inside.Loss, 12);
        Assert.Equal([-0.5, 0.5, -0.5, 0.5], inside.Gradient);
        ObjectiveValue beyond = PreferenceObjective.Iopo(new HingeLoss(2), 2).Evaluate(s);
        Assert.Equal(0, beyond.Loss);
        Assert.All(beyond.Gradient, g => Assert.Equal(0, g));
    }

    [Fact]
    public void A_tie_is_not_a_success() =>
        Assert.Equal(
            0, PreferenceObjective.Iopo(new SigmoidLoss(0.1), 0.1)
                .Evaluate([new(-1, -1, 1), new(-2, -2, 1), new(-3, -3, 1), new(-4, -4, 1)]).Accuracy);

    private static void Close(double expected, double actual, double rounding, string what) =>
        Assert.True(
            Math.Abs(expected - actual) <= 4e-15 * Math.Abs(expected) + rounding + 5e-324,
            $"{what}: {actual:R}, expected {expected:R} (rounding of D allows {rounding})");
}
