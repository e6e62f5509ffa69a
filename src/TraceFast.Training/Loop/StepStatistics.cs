using TraceFast.Training.Encoding;
using TraceFast.Training.Objectives;

namespace TraceFast.Training.Loop;

/// <summary>Means over the records of a step of what a preference objective reports; all null for supervised fine-tuning.</summary>
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
