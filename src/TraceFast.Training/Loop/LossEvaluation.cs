using TraceFast.Training.Evaluation;

namespace TraceFast.Training.Loop;

/// <summary>
/// The objective's loss over the evaluation split, normalised as one step that holds all of it: the mean over records, or over labels for
/// supervised fine-tuning. Reports eval_loss and, for preferences, eval_rewards/ROLE, eval_rewards/margins and eval_rewards/accuracies.
/// </summary>
/// <param name="computation">The objective on the evaluation split.</param>
/// <param name="objective">The same objective.</param>
/// <param name="recordCount">Records in the split.</param>
/// <param name="batchSize"><c>per_device_eval_batch_size</c>; matters only to normalisations that take means of micro-batches.</param>
internal sealed class LossEvaluation(StepComputation computation, Objective objective, int recordCount, int batchSize) : IEvaluation
{
    public const string LossMetric = "eval_loss";

    public IReadOnlyDictionary<string, double> Evaluate(EvaluationContext context, CancellationToken cancellation)
    {
        MicroBatch[] batches = [.. Enumerable.Range(0, recordCount).Chunk(batchSize).Select((records, number) => new MicroBatch(number, 0, records))];
        StepResult result = computation.Evaluate(new OptimizerStep(context.Steps, 0, batches), cancellation);
        StepStatistics statistics = StepStatistics.Of(objective, result.Values);
        Dictionary<string, double> metrics = new() { [LossMetric] = result.Loss };
        foreach ((string role, double reward) in statistics.Rewards ?? new Dictionary<string, double>())
            metrics["eval_rewards/" + role] = reward;
        if (statistics.Margins is double margins)
            metrics["eval_rewards/margins"] = margins;
        if (statistics.Accuracies is double accuracies)
            metrics["eval_rewards/accuracies"] = accuracies;
        return metrics;
    }
}
