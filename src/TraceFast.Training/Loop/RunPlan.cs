using TraceFast.Data.Progress;
using TraceFast.Data.Sampling;
using TraceFast.Training.Configuration;
using TraceFast.Training.Distributed;
using TraceFast.Training.Encoding;
using TraceFast.Training.Objectives;
using TraceFast.Training.Packing;
using TraceFast.Training.Schedules;
using TraceFast.Training.Steps;

namespace TraceFast.Training.Loop;

/// <summary>What each optimizer step computes; known before the first step.</summary>
/// <param name="Steps">In stage grpo by prompts.</param>
/// <param name="TokensOfEpoch">Of one epoch, or of all steps where these are fewer; of many records they are counted when they are asked
/// for. Null where the tokens are still to be sampled.</param>
internal sealed record RunPlan(
    Objective Objective, StepPlan Steps, LearningRateSchedule LearningRates, Lazy<TokenReport>? TokensOfEpoch)
{
    /// <summary>Before the first step tokens are counted of so many records at most: it takes seconds for each 100,000.</summary>
    private const int MostCounted = 10_000;

    /// <exception cref="InputException">The stage does not train on such records, no step would be taken, or the schedule has no
    /// value.</exception>
    /// <param name="ranks">Processes that share a step.</param>
    public static RunPlan Of(RunConfiguration c, RunData data, int ranks, IRunLog log)
    {
        Objective objective = ObjectiveFactory.Create(c, data.Layout);
        StepPlan steps = StepsOf(c, data, ranks);
        LearningRateSchedule rates = c.Schedule(steps.TotalSteps);
        bool samples = c.Stage == Stage.Grpo;
        Lazy<TokenReport>? tokens = samples ? null : Tokens(c, objective, steps, data.Train, ranks, log);
        log.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"training: {objective.Name}, {data.Train.Count} {(samples ? "prompts" : "records")} ({data.Evaluation.Count} for evaluation), "
            + $"{steps.TotalSteps} optimizer steps of {c.PerDeviceTrainBatchSize} x {c.GradientAccumulationSteps} "
            + $"{(samples ? "answers" : "records")}{(ranks > 1 ? $" x {ranks} ranks" : "")}, "
            + $"{(samples ? $"{c.NumGenerations} to each prompt, " : "")}"
            + $"learning rate {c.LearningRate:G6} {c.LrSchedulerType}"
            + $"{(c.LoraplusLrRatio is null ? "" : ", for B matrices and vectors times ")}{c.LoraplusLrRatio:G6}"));
        if (objective.Roles.Contains(SequenceRole.X1F1))
            LogFailures(c, data.Train, log);
        return new RunPlan(objective, steps, rates, tokens);
    }

    /// <exception cref="InputException">No record has an answer that fails.</exception>
    private static void LogFailures(RunConfiguration c, IReadOnlyList<EncodedRecord> records, IRunLog log)
    {
        SequenceRole[] failed = [SequenceRole.X1F1, SequenceRole.X2F2];
        int count = records.Sum(record => failed.Count(role => RecordSequences.LabelCount(record, role) > 0));
        if (count == 0)
            throw new InputException(
                $"{c.Where("pref_quads")}: pref_quads: iopo_verified compares with answers that fail (\"failed1\", \"failed2\"), and no "
                    + "record has one; 'tracefast data failures --layout quads' makes them, or set verified_failure_weight: 0");
        log.Line(string.Create(CultureInfo.InvariantCulture, $"failing answers: {count} of {2 * records.Count} prompts have one"));
    }

    /// <summary>The records of each step.</summary>
    public static StepPlan StepsOf(RunConfiguration c, RunData data, int ranks) =>
        c.Plan(data.Train.Count, epoch => SamplerOrder.Epoch(data.Train.Count, c.DataSeed, epoch, c.Shuffle), ranks);

    private static Lazy<TokenReport> Tokens(
        RunConfiguration c, Objective objective, StepPlan steps, IReadOnlyList<EncodedRecord> records, int ranks, IRunLog log)
    {
        int epoch = Math.Min(steps.StepsPerEpoch, steps.TotalSteps);
        int counted = (int)Math.Clamp(MostCounted / ((long)c.PerDeviceTrainBatchSize * c.GradientAccumulationSteps * ranks), 1, epoch);
        TokenReport first = CountTokens(c, objective, steps, counted, records);
        log.Line($"packing of {(counted == epoch ? "one epoch" : $"the first {counted} steps")}: {first}");
        return new Lazy<TokenReport>(() => counted == epoch ? first : CountTokens(c, objective, steps, epoch, records));
    }

    private static TokenReport CountTokens(
        RunConfiguration c, Objective objective, StepPlan steps, int count, IReadOnlyList<EncodedRecord> records)
    {
        Packer packer = new(c.Packing, objective.Roles);
        return Enumerable.Range(0, count).Select(CountStep).Aggregate((a, b) => a.Add(b));

        TokenReport CountStep(int number)
        {
            OptimizerStep step = steps.Step(number);
            EncodedRecord[] read = [.. step.Records.Select(place => records[place])];
            IReadOnlyList<Pack> packs = c.GradientReduction == GradientReduction.Ordered
                ? [.. step.MicroBatches.SelectMany(m => packer.Build(
                    [.. m.Records.Select(place => records[place])], objective.CouplesMicroBatch ? [m.Records.Count] : null))]
                : packer.Build(read, objective.CouplesMicroBatch ? [.. step.MicroBatches.Select(m => m.Records.Count)] : null);
            return TokenReport.Of(read, objective.Roles, packs, c.TokenBudget);
        }
    }
}

/// <summary>How many optimizer steps lie between two lines of the log, two checkpoints and two evaluations; 0 means never.</summary>
/// <param name="Logging">[logging_steps]</param>
/// <param name="Saving">Also one at the end [save_strategy, save_steps].</param>
/// <param name="Evaluation">Also one at the end [eval_strategy, eval_steps].</param>
internal sealed record RunIntervals(int Logging, int Saving, int Evaluation)
{
    /// <param name="log">Gets a line if evaluation is set up without records to evaluate.</param>
    public static RunIntervals Of(RunConfiguration configuration, StepPlan plan, bool evaluates, IRunLog log)
    {
        int evaluation = Every(configuration.EvalStrategy, configuration.EvalSteps, plan);
        if (evaluation == 0 && configuration.DoEval)
            evaluation = plan.TotalSteps;
        if (evaluation > 0 && !evaluates)
        {
            log.Line("nothing is evaluated: there are no evaluation records (val_size, eval_dataset)");
            evaluation = 0;
        }

        return new RunIntervals(
            RunConfiguration.StepsOf(configuration.LoggingSteps, plan.TotalSteps),
            Every(configuration.SaveStrategy, configuration.SaveSteps, plan),
            evaluation);
    }

    private static int Every(IntervalStrategy strategy, double steps, StepPlan plan) => strategy switch
    {
        IntervalStrategy.Steps => RunConfiguration.StepsOf(steps, plan.TotalSteps),
        IntervalStrategy.Epoch => plan.StepsPerEpoch,
        _ => 0,
    };
}
