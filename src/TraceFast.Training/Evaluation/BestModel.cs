using TraceFast.Training.Checkpoints;

namespace TraceFast.Training.Evaluation;

/// <summary>
/// Which evaluation was the best, and when to stop early: after <paramref name="patience"/> evaluations in a row that did not improve on
/// it. Source: transformers, EarlyStoppingCallback and Trainer._determine_best_metric (an equal value is no improvement).
/// </summary>
/// <param name="metric">The compared metric; its name ends in "loss" where less is better.</param>
/// <param name="greaterIsBetter">Null lets the name decide.</param>
/// <param name="patience">Null never stops early.</param>
/// <param name="threshold">A value is an improvement for the patience only if it differs from the best by more.</param>
internal sealed class BestModel(string metric, bool? greaterIsBetter, int? patience, double threshold = 0)
{
    private readonly bool _greater = greaterIsBetter ?? !metric.EndsWith("loss", StringComparison.Ordinal);

    public BestEvaluation? Best { get; private set; }

    public int EvaluationsWithoutImprovement { get; private set; }

    /// <summary>
    /// Steps done at the last evaluation; 0 before the first. A run that was interrupted while it evaluated does so when it resumes.
    /// </summary>
    public int EvaluatedSteps { get; private set; }

    public bool ShouldStop => EvaluationsWithoutImprovement >= patience;

    public void Restore(BestEvaluation? best, int evaluationsWithoutImprovement, int evaluatedSteps) =>
        (Best, EvaluationsWithoutImprovement, EvaluatedSteps) = (best, evaluationsWithoutImprovement, evaluatedSteps);

    /// <summary>Records an evaluation after <paramref name="step"/> steps; true where it is the best so far.</summary>
    /// <exception cref="InputException">The evaluations do not report the metric.</exception>
    public bool Observe(int step, IReadOnlyDictionary<string, double> metrics)
    {
        if (!metrics.TryGetValue(metric, out double value))
            throw new InputException(
                $"metric_for_best_model: no evaluation reports '{metric}'; it is one of {string.Join(", ", metrics.Keys)}");
        EvaluatedSteps = step;
        bool better = Best is null || (_greater ? value > Best.Value : value < Best.Value);
        bool progress = better && (Best is null || Math.Abs(value - Best.Value) > threshold);
        EvaluationsWithoutImprovement = progress ? 0 : EvaluationsWithoutImprovement + 1;
        if (better)
            Best = new BestEvaluation(step, value);
        return better;
    }
}
