using TraceFast.Training.Configuration;

namespace TraceFast.Training.Rollouts;

/// <summary>
/// How much better an answer is than the others to its prompt. For rewards r of P groups of G answers:
/// <code>
///   A_i = (r_i - mean of i's group) / (s + 1e-4)
///   s     group: the standard deviation of i's group; batch: of all P G rewards; none: A_i is not divided
/// </code>
/// Standard deviations are unbiased (over n - 1). Answers of a group whose rewards are all equal have advantage 0.
/// Source: arXiv 2402.03300, section 4.1; TRL GRPOTrainer, scale_rewards, multi_objective_aggregation sum_then_normalize.
/// </summary>
public static class GroupAdvantages
{
    private const double Epsilon = 1e-4;

    /// <param name="rewards">[P x G] by group.</param>
    /// <param name="size">G, at least 2.</param>
    /// <returns>[P x G].</returns>
    public static double[] Of(IReadOnlyList<double> rewards, int size, ScaleRewards scale)
    {
        double[] advantages = new double[rewards.Count];
        double ofBatch = scale == ScaleRewards.Batch ? Deviation(rewards) : 0;
        for (int first = 0; first < rewards.Count; first += size)
        {
            double[] group = [.. rewards.Skip(first).Take(size)];
            if (AllEqual(group))
                continue;
            double mean = group.Average();
            double divisor = scale switch
            {
                ScaleRewards.Group => Deviation(group) + Epsilon,
                ScaleRewards.Batch => ofBatch + Epsilon,
                _ => 1,
            };
            for (int i = 0; i < group.Length; i++)
                advantages[first + i] = (group[i] - mean) / divisor;
        }
        return advantages;
    }

    /// <summary>The unbiased standard deviation; 0 of a single number.</summary>
    public static double Deviation(IReadOnlyList<double> values)
    {
        if (values.Count < 2)
            return 0;
        double mean = values.Average();
        return Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));
    }

    /// <summary>Share of the groups whose rewards are all equal: they teach nothing.</summary>
    public static double ShareWithoutDifference(IReadOnlyList<double> rewards, int size) =>
        rewards.Chunk(size).Average(group => AllEqual(group) ? 1.0 : 0.0);

    private static bool AllEqual(double[] group) => Array.TrueForAll(group, r => r.Equals(group[0]));
}
