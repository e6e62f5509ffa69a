using TraceFast.Training.Schedules;
using TraceFast.Training.Steps;

namespace TraceFast.Training.Configuration;

// What is made from a configuration: schedule and step plan, and values of maps and lists.
public sealed partial class RunConfiguration
{
    /// <summary>The schedule of a run of that many optimizer steps.</summary>
    /// <exception cref="InputException">It has no value for these settings.</exception>
    public LearningRateSchedule Schedule(int totalSteps)
    {
        try
        {
            return LearningRateSchedule.Create(
                LrSchedulerType, LearningRate, LearningRateSchedule.WarmupOf(WarmupSteps, WarmupRatio, totalSteps), totalSteps,
                ScheduleOptions());
        }
        catch (InputException e)
        {
            throw new InputException($"{Where("lr_scheduler_type")}: {e.Message}", e);
        }
    }

    /// <summary>
    /// Which records, in stage grpo which prompts, each optimizer step reads; <paramref name="orderOfEpoch"/> is the sampler's.
    /// </summary>
    /// <exception cref="InputException">No step would be taken.</exception>
    /// <param name="ranks">Processes that share a step: it has as many micro-batches of each.</param>
    public StepPlan Plan(int recordCount, Func<int, IReadOnlyList<int>> orderOfEpoch, int ranks = 1) => new(
        Stage == Stage.Grpo
            ? new StepPlanOptions(
                recordCount, Answers(ranks).Prompts, 1, NumTrainEpochs, MaxSteps, DataloaderDropLast, LossReduction.Records)
            : new StepPlanOptions(
                recordCount, PerDeviceTrainBatchSize, GradientAccumulationSteps * ranks, NumTrainEpochs, MaxSteps, DataloaderDropLast,
                LossReduction),
        orderOfEpoch);

    internal ScheduleOptions ScheduleOptions()
    {
        ScheduleOptions options = new();
        IReadOnlyList<string> allowed = TraceFast.Training.Schedules.ScheduleOptions.KeysOf(LrSchedulerType);
        foreach ((string name, string text) in LrSchedulerKwargs)
        {
            if (!allowed.Contains(name))
                throw Wrong(
                    "lr_scheduler_kwargs", name,
                    allowed.Count == 0
                        ? $"no settings for lr_scheduler_type: {LrSchedulerType}"
                        : $"{string.Join(", ", allowed)} for lr_scheduler_type: {LrSchedulerType}");
            options = name switch
            {
                "num_cycles" => options with { NumCycles = Number(text) },
                "lr_end" => options with { LrEnd = Number(text) },
                "power" => options with { Power = Number(text) },
                "min_lr" => options with { MinLr = Number(text) },
                "min_lr_rate" => options with { MinLrRate = Number(text) },
                "warmup_lr_rate" => options with { WarmupLrRate = Number(text) },
                "min_lr_ratio" => options with { MinLrRatio = Number(text) },
                "num_decay_steps" => options with { NumDecaySteps = Steps(text) },
                "num_stable_steps" => options with { NumStableSteps = Steps(text) },
                "warmup_type" => options with { WarmupType = text },
                _ => options with { DecayType = text },
            };
        }
        return options;

        double Number(string text) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
                && number >= 0
            ? number : throw Wrong("lr_scheduler_kwargs", text, "numbers from 0 on");
        int Steps(string text) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int steps)
                ? steps : throw Wrong("lr_scheduler_kwargs", text, "whole numbers from 0 on");
    }
}
