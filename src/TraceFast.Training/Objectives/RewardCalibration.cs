using TraceFast.Training.Encoding;

namespace TraceFast.Training.Objectives;

/// <summary>The averages of a calibration after some steps.</summary>
/// <param name="Incentives">Of log w - log l.</param>
/// <param name="Norms">Of log t - log s.</param>
public sealed record CalibrationState(double Incentives, double Norms)
{
    /// <summary>a.</summary>
    public double Scale => Math.Exp((Norms - Incentives) / 2);
}

/// <summary>
/// Reward calibration: scales the gradients of preferred and other sequences so that pushing the others down does not take the preferred
/// with them. With z the log-probability of a sequence, means over records and then over steps:
/// <code>
///   w = mean of -dL/dz of the preferred         l = mean of dL/dz of the others                     what the loss asks for
///   s = | d mean z of the preferred / d theta | t = | d mean z of the others / d theta |            theta: all trained parameters
///   a = exp(((log t - log s) - (log w - log l)) / 2)
///   gradients of the preferred times a, of the others divided by a, so that w / l becomes t / s
/// </code>
/// Each bracket is an exponential average over steps, x = d x + (1 - d) new, which starts as its first value.
/// Source: arXiv 2604.18239, section on reward calibration; its code takes the norms over the output layer or some adapter matrices, for
/// their cost. A step in which w, l, s or t is not above 0 has no logarithms and changes no average.
/// </summary>
/// <param name="decay">d.</param>
public sealed class RewardCalibration(double decay)
{
    /// <summary>After the steps that are done; null: before the first.</summary>
    public CalibrationState? State { get; set; }

    /// <summary>The averages with one step more.</summary>
    /// <param name="incentives">w, l.</param>
    /// <param name="norms">s, t.</param>
    public CalibrationState? Next((double Preferred, double Others) incentives, (double Preferred, double Others) norms)
    {
        double[] all = [incentives.Preferred, incentives.Others, norms.Preferred, norms.Others];
        if (!all.All(x => x > 0 && double.IsFinite(x)))
            return State;
        CalibrationState now = new(Math.Log(all[0]) - Math.Log(all[1]), Math.Log(all[3]) - Math.Log(all[2]));
        return State is null ? now
            : new CalibrationState(Average(State.Incentives, now.Incentives), Average(State.Norms, now.Norms));

        double Average(double former, double value) => decay * former + (1 - decay) * value;
    }
}

/// <summary>
/// The mean log-probability of some of a record's sequences, those that it has: L = sum of policy / count; what
/// <see cref="RewardCalibration"/> takes norms of. Rewards are the log-probabilities.
/// </summary>
public sealed class MeanLogProbObjective(IReadOnlyList<SequenceRole> roles) : Objective
{
    public override string Name => "mean log-probability";

    public override IReadOnlyList<SequenceRole> Roles => roles;

    public override bool NeedsReference => false;

    public override ObjectiveValue Evaluate(ReadOnlySpan<SequenceLogProb> sequences)
    {
        (double sum, int count) = (0, 0);
        foreach (SequenceLogProb s in sequences)
            (sum, count) = s.Labels > 0 ? (sum + s.Policy, count + 1) : (sum, count);
        double[] gradient = new double[sequences.Length], values = new double[sequences.Length];
        for (int i = 0; i < gradient.Length; i++)
            (gradient[i], values[i]) = (sequences[i].Labels > 0 ? 1.0 / count : 0, sequences[i].Policy);
        return new ObjectiveValue(sum / Math.Max(1, count), gradient, values, 0, 0);
    }
}
