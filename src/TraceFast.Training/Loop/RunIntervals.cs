using TraceFast.Data.Progress;
using TraceFast.Training.Configuration;
using TraceFast.Training.Steps;

namespace TraceFast.Training.Loop;

/// <summary>How many optimizer steps lie between two lines of the log, two checkpoints and two evaluations; 0 means never.</summary>
/// <param name="Logging">[logging_steps]</param>
/// <param name="Saving">Also one at the end [save_strategy, save_steps].</param>
/// <param name="Evaluation">Also one at the end [eval_strategy, eval_steps].</param>
internal sealed record RunIntervals(int Logging, int Saving, int Evaluation)
{
    /// <param name="configuration">The strategies and numbers of steps.</param>
    /// <param name="plan">The steps of an epoch and of the run.</param>
    /// <param name="evaluates">Whether there is anything to evaluate.</param>
    /// <param name="log">Gets a line where an evaluation was asked for without anything to evaluate.</param>
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
