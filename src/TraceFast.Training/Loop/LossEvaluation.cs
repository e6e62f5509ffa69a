using TraceFast.Training.Distributed;
using TraceFast.Training.Evaluation;
using TraceFast.Training.Objectives;
using TraceFast.Training.Reference;
using TraceFast.Training.Steps;

namespace TraceFast.Training.Loop;

/// <summary>
/// The objective's loss over the evaluation split, normalized as one step over all of it: the mean over records, or over labels for
/// supervised fine-tuning. Reports eval_loss and, for preferences, eval_rewards/ROLE, eval_rewards/margins and eval_rewards/accuracies.
/// </summary>
/// <param name="batchSize"><c>per_device_eval_batch_size</c>; matters only to reductions that take means of micro-batches.</param>
internal sealed class LossEvaluation(TrainStep step, Objective objective, int recordCount, int batchSize) : IEvaluation
{
    public const string LossMetric = "eval_loss";

    /// <param name="reference">The reference's log-probabilities of the evaluation split; null where the objective needs none.</param>
    /// <param name="options">As for training; records always weigh alike.</param>
    /// <param name="batchSize"><c>per_device_eval_batch_size</c>.</param>
    /// <param name="ranks">Each computes some of the packs.</param>
    public static LossEvaluation Of(LoadedRun run, ReferenceLogProbs? reference, StepOptions options, int batchSize, Communicator ranks)
    {
        TrainStep step = new(
            run.Model.Decoder, run.Plan.Objective, run.Data.Evaluation, reference,
            // Ordered sums take no memory before the first one, and there is none.
            options with { Reduction = LossReduction.Records, GradientReduction = GradientReduction.Ordered }, ranks);
        return new LossEvaluation(step, run.Plan.Objective, run.Data.Evaluation.Count, batchSize);
    }

    public IReadOnlyDictionary<string, double> Evaluate(EvaluationContext context, CancellationToken cancellation)
    {
        MicroBatch[] batches = [
            .. Enumerable.Range(0, recordCount).Chunk(batchSize).Select((records, number) => new MicroBatch(number, 0, records))];
        StepResult result = step.Evaluate(new OptimizerStep(context.Steps, 0, batches), cancellation);
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
