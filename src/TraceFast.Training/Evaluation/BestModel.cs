using TraceFast.Data;
using TraceFast.Training.Checkpoints;

namespace TraceFast.Training.Evaluation;

/// <summary>
/// Which evaluation was the best, and when to stop early: after <paramref name="patience"/> evaluations in a row that did not improve on it.
/// Source: transformers, EarlyStoppingCallback with threshold 0 and Trainer._determine_best_metric (an equal value is no improvement).
/// </summary>
/// <param name="metric">The compared metric; its name ends in "loss" where less is better.</param>
/// <param name="greaterIsBetter">Null lets the name decide.</param>
/// <param name="patience">Null never stops early.</param>
internal sealed class BestModel(string metric, bool? greaterIsBetter, int? patience)
{
    private readonly bool _greater = greaterIsBetter ?? !metric.EndsWith("loss", StringComparison.Ordinal);

    public BestEvaluation? Best { get; private set; }

    public int EvaluationsWithoutImprovement { get; private set; }

    public bool ShouldStop => EvaluationsWithoutImprovement >= patience;

    public void Restore(BestEvaluation? best, int evaluationsWithoutImprovement) => (Best, EvaluationsWithoutImprovement) = (best, evaluationsWithoutImprovement);

    /// <summary>Takes in an evaluation after <paramref name="step"/> steps; true where it is the best so far.</summary>
    /// <exception cref="InputException">The evaluations do not report the metric.</exception>
    public bool Observe(int step, IReadOnlyDictionary<string, double> metrics)
    {
        if (!metrics.TryGetValue(metric, out double value))
            throw new InputException($"metric_for_best_model: no evaluation reports '{metric}'; it is one of {string.Join(", ", metrics.Keys)}");
        if (Best is null || (_greater ? value > Best.Value : value < Best.Value))
        {
            (Best, EvaluationsWithoutImprovement) = (new BestEvaluation(step, value), 0);
            return true;
        }

        EvaluationsWithoutImprovement++;
        return false;
    }
}
