using TraceFast.Training.Distributed;
using TraceFast.Training.Encoding;
using TraceFast.Training.Metrics;
using TraceFast.Training.Objectives;
using TraceFast.Training.Packing;
using TraceFast.Training.Steps;

namespace TraceFast.Training.Loop;

/// <summary>How the gradient of a step is computed.</summary>
/// <param name="Packing">Budget and sharing; no choice changes the gradient but for rounding.</param>
/// <param name="Accumulation">Micro-batches of a whole step, those of all ranks together.</param>
public sealed record StepOptions(PackingOptions Packing, LossReduction Reduction, SftLossReduction SftReduction, int Accumulation)
{
    /// <summary>In which order gradients are added.</summary>
    public GradientReduction GradientReduction { get; init; }

    /// <summary>Seeds lora_dropout, whose masks depend on it and the micro-batch.</summary>
    public int Seed { get; init; }
}

/// <summary>Results of the forward and backward passes of one optimizer step.</summary>
/// <param name="Loss">Σ over records of coefficient x loss, whose gradient was taken.</param>
/// <param name="Values">One for each record, in the step's order.</param>
/// <param name="Tokens">Tokens that the model read.</param>
/// <param name="MicroBatches">The lines for <c>records.jsonl</c>.</param>
internal sealed record StepResult(
    double Loss, IReadOnlyList<ObjectiveValue> Values, long Tokens, IReadOnlyList<MicroBatchLog> MicroBatches);

/// <summary>Means over the records of a step of a preference objective's figures; all null for others.</summary>
internal sealed record StepStatistics(IReadOnlyDictionary<string, double>? Rewards, double? Margins, double? Accuracies)
{
    public static StepStatistics Of(Objective objective, IReadOnlyList<ObjectiveValue> values)
    {
        if (values.Count == 0 || values[0].Rewards.Length == 0)
            return new StepStatistics(null, null, null);
        Dictionary<string, double> rewards = [];
        for (int i = 0; i < objective.Roles.Count; i++)
            rewards[objective.Roles[i].Name()] = values.Average(v => v.Rewards[i]);
        return new StepStatistics(rewards, values.Average(v => v.Margin), values.Average(v => v.Accuracy));
    }
}
