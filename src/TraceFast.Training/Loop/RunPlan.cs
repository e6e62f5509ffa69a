using System.Globalization;
using TraceFast.Data.Progress;
using TraceFast.Data.Sampling;
using TraceFast.Data;
using TraceFast.Training.Configuration;
using TraceFast.Training.Encoding;
using TraceFast.Training.Objectives;
using TraceFast.Training.Packing;
using TraceFast.Training.Schedules;
using TraceFast.Training.Steps;

namespace TraceFast.Training.Loop;

/// <summary>What each optimizer step computes: known before anything is.</summary>
/// <param name="Objective">The loss.</param>
/// <param name="Steps">Which records each step reads.</param>
/// <param name="LearningRates">The rate of each step.</param>
/// <param name="TokensOfEpoch">What packing saves in one epoch.</param>
internal sealed record RunPlan(Objective Objective, StepPlan Steps, LearningRateSchedule LearningRates, TokenReport TokensOfEpoch)
{
    /// <param name="c">The configuration.</param>
    /// <param name="data">The records.</param>
    /// <param name="log">Gets the plan in two lines.</param>
    /// <exception cref="Data.InputException">The stage does not train on such records, no step would be taken, or the schedule has no
    /// value.</exception>
    public static RunPlan Of(RunConfiguration c, RunData data, IRunLog log)
    {
        Objective objective = ObjectiveFactory.Create(c, data.Layout);
        StepPlan steps = c.Plan(data.Train.Count, epoch => SamplerOrder.Epoch(data.Train.Count, c.DataSeed, epoch, c.Shuffle));
        LearningRateSchedule rates = c.Schedule(steps.TotalSteps);
        TokenReport tokens = CountTokens(c, objective, steps, data.Train);
        log.Line($"packing of one epoch: {tokens}");
        log.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"training: {objective.Name}, {data.Train.Count} records ({data.Evaluation.Count} for evaluation), "
            + $"{steps.TotalSteps} optimizer steps of {c.PerDeviceTrainBatchSize} x {c.GradientAccumulationSteps} records, "
            + $"learning rate {c.LearningRate:G6} {c.LrSchedulerType}"));
        return new RunPlan(objective, steps, rates, tokens);
    }

    private static TokenReport CountTokens(RunConfiguration c, Objective objective, StepPlan steps, IReadOnlyList<EncodedRecord> records)
    {
        Packer packer = new(c.Packing, objective.Roles);
        return Enumerable.Range(0, Math.Min(steps.StepsPerEpoch, steps.TotalSteps)).Select(CountStep).Aggregate((a, b) => a + b);

        TokenReport CountStep(int number)
        {
            OptimizerStep step = steps.Step(number);
            EncodedRecord[] read = [.. step.Records.Select(place => records[place])];
            IReadOnlyList<Pack> packs = packer.Build(
                read, objective.CouplesMicroBatch ? [.. step.MicroBatches.Select(m => m.Records.Count)] : null);
            return TokenReport.Of(read, objective.Roles, packs, c.TokenBudget);
        }
    }
}
