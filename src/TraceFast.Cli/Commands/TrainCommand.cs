using TraceFast.Data.Progress;
using TraceFast.Inference.Generation;
using TraceFast.Training.Configuration;
using TraceFast.Training.Distributed;
using TraceFast.Training.Loop;

namespace TraceFast.Cli.Commands;

/// <summary>Trains by a LLaMA-Factory configuration.</summary>
internal static class TrainCommand
{
    public const string Name = "train";

    public static Command Create(CommandStreams streams, CancellationToken interrupt)
    {
        Argument<string> file = new("config") { Description = "LLaMA-Factory YAML file" };
        Argument<string[]> overrides = new("key=value") { Description = "values that replace the file's",
            Arity = ArgumentArity.ZeroOrMore };
        Option<bool> resume = new("--resume") { Description = "resume from the newest complete checkpoint in output_dir" };
        Option<bool> json = new("--json") { Description = "write train_results.json to stdout at the end" };
        Command command = new(
            Name, "Trains with SFT, DPO, IOPO or GRPO, once or in rounds on the model's own failing answers; writes adapter or weights, "
                + "metrics.jsonl, checkpoints and a plot to output_dir.\n"
                + "Example: tracefast train models/demo/iopo.yaml output_dir=artifacts/iopo num_train_epochs=1")
        {
            file, overrides, resume, json,
        };
        command.SetAction(parsed =>
        {
            List<string> values = [.. parsed.GetValue(overrides)!];
            if (parsed.GetValue(resume))
                values.Add("resume_from_checkpoint=true");
            return RankedCommand.Run(streams, (ranks, log) =>
            {
                TrainingOutcome outcome = Train(RunConfiguration.Load(parsed.GetValue(file)!, values), ranks, log, interrupt);
                if (outcome.End == TrainingEnd.Interrupted)
                    return ExitCodes.Interrupted;
                if (parsed.GetValue(json) && ranks.Writes)
                    streams.Output.Write(File.ReadAllText(Path.Combine(outcome.OutputFolder, "train_results.json")) + "\n");
                return ExitCodes.Done;
            });
        });
        return command;
    }

    private static TrainingOutcome Train(
        RunConfiguration configuration, Communicator ranks, IRunLog log, CancellationToken interrupt)
    {
        // A job of which one process has died is ended by its launcher, which leaves the others a second.
        using CancellationTokenRegistration told = interrupt.Register(() =>
        {
            if (ranks.Size > 1)
                log.Line($"stopping; the last checkpoint until now is {ranks.LastCheckpoint ?? "none"}");
        });
        // Started when the first evaluation or rollout needs it.
        using DecodingProcess decoding = new(OwnProgram.Command(DecodeWorkerCommand.Name));
        return configuration.Rounds > 0
            ? new TrainingRounds(configuration, Once, ranks, log, interrupt).Run()
            : Once(configuration);

        TrainingOutcome Once(RunConfiguration c)
        {
            TrainingServices services = new()
            {
                Log = log,
                Ranks = ranks,
                Evaluations = model => DecodingEvaluation.For(c, model, decoding, log.Line),
                Rollouts = model => new ConstraintRollouts(c, model, decoding, log.Line),
            };
            return TrainingRun.Execute(c, services, interrupt);
        }
    }
}
