using TraceFast.Training.Encoding;
using TraceFast.Training.Objectives;

namespace TraceFast.Training.Tests.Objectives;

/// <summary>Reward calibration and the Hölder loss against their formulas, worked by hand.</summary>
public sealed class RewardCalibrationTests
{
    [Fact]
    public void The_scale_makes_the_ratio_of_incentives_that_of_the_norms()
    {
        RewardCalibration calibration = new(decay: 0.75);
        Assert.Null(calibration.State);
        // w / l = 3 / 2, t / s = 8 / 2: a = sqrt(4 / 1.5), and (a w) / (l / a) = 4.
        CalibrationState first = calibration.Next((3, 2), (2, 8))!;
        Assert.Equal(Math.Sqrt(4 / 1.5), first.Scale, 14);
        Assert.Equal(4, first.Scale * 3 / (2 / first.Scale), 13);

        calibration.State = first;
        CalibrationState second = calibration.Next((1, 1), (5, 5))!;
        Assert.Equal(0.75 * Math.Log(1.5), second.Incentives, 14);
        Assert.Equal(0.75 * Math.Log(4), second.Norms, 14);
        Assert.Equal(first, calibration.State);
    }

    [Theory]
    [InlineData(0, 1, 1, 1)]
    [InlineData(1, -1, 1, 1)]
    [InlineData(1, 1, 0, 1)]
    [InlineData(1, 1, 1, double.PositiveInfinity)]
    [InlineData(double.NaN, 1, 1, 1)]
    public void A_step_without_logarithms_changes_nothing(double w, double l, double s, double t)
    {
        RewardCalibration calibration = new(0.9);
        Assert.Null(calibration.Next((w, l), (s, t)));
        calibration.State = new CalibrationState(0.1, 0.2);
        Assert.Equal(calibration.State, calibration.Next((w, l), (s, t)));
    }

    [Fact]
    public void Gradients_are_scaled_and_the_loss_and_the_SFT_term_are_not()
    {
        SequenceLogProb[] s = [new(-8, -10, 4), new(-11, -10, 5), new(-9, -10, 2), new(-7, -10, 3)];
        PreferenceObjective plain = PreferenceObjective.Iopo(new SigmoidLoss(0.5, 0.1), 0.5, ftx: 0.5);
        PreferenceObjective calibrated = PreferenceObjective.Iopo(new SigmoidLoss(0.5, 0.1), 0.5, ftx: 0.5);
        (calibrated.IsCalibrated, calibrated.Calibration) = (true, 1.6);
        ObjectiveValue one = plain.Evaluate(s), other = calibrated.Evaluate(s);
        Assert.Equal((one.Loss, one.Margin, one.Accuracy), (other.Loss, other.Margin, other.Accuracy));
        Assert.Equal(one.Rewards, other.Rewards);
        double slope = -one.Gradient[1]; // D's, which the rejected have alone
        Assert.Equal(-slope / 1.6, other.Gradient[1], 14);
        Assert.Equal(-slope / 1.6, other.Gradient[3], 14);
        Assert.Equal(1.6 * slope - 0.5 / 4, other.Gradient[0], 14);
        Assert.Equal(1.6 * slope - 0.5 / 2, other.Gradient[2], 14);
        Assert.NotNull(plain.KernelOptions);
        Assert.Null(calibrated.KernelOptions); // the kernel does not scale
        Assert.Equal([SequenceRole.X1Y1, SequenceRole.X2Y2], calibrated.PreferredRoles);
    }

    [Fact]
    public void Incentives_are_means_over_the_sequences_that_are_there()
    {
        // b m of the two comparisons: 0.5 (2 + 1) and, for x2, none: no failing answer is known.
        PreferenceObjective objective = PreferenceObjective.IopoVerified(new SigmoidLoss(0.5), 0.5, ftx: 3, iopo: 0, failures: 2);
        SequenceLogProb[] s = [new(-8, -10, 4), new(-9, -10, 2), new(-11, -10, 5), new(0, 0, 0)];
        double slope = 2 * 0.5 / (1 + Math.Exp(1.5));
        (double preferred, double others) = objective.Incentives(s);
        Assert.Equal(slope / 2, preferred, 14); // x1y1 and x2y2
        Assert.Equal(slope, others, 14);        // x1f1 alone
    }

    [Fact]
    public void The_mean_log_probability_leaves_out_what_is_not_there()
    {
        MeanLogProbObjective objective = new([SequenceRole.X1Y2, SequenceRole.X1F1, SequenceRole.X2F2]);
        ObjectiveValue value = objective.Evaluate([new(-4, 0, 2), new(-6, 0, 3), new(0, 0, 0)]);
        Assert.Equal(-5, value.Loss);
        Assert.Equal([0.5, 0.5, 0], value.Gradient);
        Assert.Equal([-4, -6, 0], value.Rewards);
    }

    [Fact]
    public void Holder_learns_little_from_what_is_unlikely_and_from_what_is_learned()
    {
        HolderLoss loss = new(1, 2);
        // p = s(m): L = 2 p^3 - 3 p^2, dL/dm = -6 p^2 (1 - p)^2.
        foreach (double m in new[] { -3.0, -0.4, 0, 0.7, 5 })
        {
            double p = 1 / (1 + Math.Exp(-m));
            MarginLossValue value = loss.Evaluate(m);
            Assert.Equal(2 * p * p * p - 3 * p * p, value.Loss, 14);
            Assert.Equal(-6 * p * p * (1 - p) * (1 - p), value.Gradient, 14);
        }
        double at = Math.Abs(loss.Evaluate(0).Gradient);
        Assert.True(Math.Abs(loss.Evaluate(-8).Gradient) < 1e-4 * at && Math.Abs(loss.Evaluate(8).Gradient) < 1e-4 * at);
        Assert.Equal(-1, loss.Evaluate(800).Loss, 14);
        Assert.Equal(0, loss.Evaluate(-800).Loss, 14);
    }
}
