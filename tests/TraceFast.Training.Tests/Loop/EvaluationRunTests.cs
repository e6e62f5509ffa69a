using System.Text.Json;
using TraceFast.Data;
using TraceFast.Training.Loop;
using TraceFast.Training.Optimization;

namespace TraceFast.Training.Tests.Loop;

public class EvaluationRunTests
{
    private static (string, object)[] Evaluating(params (string, object)[] more) =>
        [("val_size", 3), ("eval_strategy", "steps"), ("eval_steps", 1), ("num_train_epochs", 4), .. more];

    [Fact]
    public void Evaluations_are_written_and_the_best_weights_are_kept()
    {
        using TrainedRun run = new();
        run.Train(SmallRun.Iopo(run, Evaluating(("load_best_model_at_end", true), ("save_total_limit", 1), ("learning_rate", 0.05))));
        JsonElement[] evaluations = run.Lines("evaluations.jsonl");
        Assert.Equal(Enumerable.Range(1, 8), evaluations.Select(e => e.GetProperty("steps").GetInt32()));
        JsonElement best = evaluations.MinBy(e => e.GetProperty("eval_loss").GetDouble());
        int steps = best.GetProperty("steps").GetInt32();

        using JsonDocument results = JsonDocument.Parse(File.ReadAllText(Path.Combine(run.Output, "train_results.json")));
        Assert.Equal(steps, results.RootElement.GetProperty("best_steps").GetInt32());
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(run.Output, $"checkpoint-{steps}", "adapter_model.safetensors")),
            File.ReadAllBytes(Path.Combine(run.Output, "adapter_model.safetensors")));
        Assert.Contains(Directory.GetDirectories(run.Output, "checkpoint-*"), d => d.EndsWith("checkpoint-8", StringComparison.Ordinal));
    }

    [Fact]
    public void An_evaluation_at_the_start_of_training_is_that_of_the_reference()
    {
        // A rate of 0 leaves the policy at the reference: every margin is 0 and the loss log 2.
        using TrainedRun run = new();
        run.Train(SmallRun.Iopo(run, Evaluating(("learning_rate", 0))));
        Assert.All(run.Lines("evaluations.jsonl"), e => Assert.Equal(Math.Log(2), e.GetProperty("eval_loss").GetDouble(), 1e-6));
        Assert.All(run.Lines("evaluations.jsonl"), e => Assert.Equal(0, e.GetProperty("eval_rewards/margins").GetDouble(), 1e-6));
    }

    [Fact]
    public void A_run_that_does_not_improve_stops_early()
    {
        using TrainedRun run = new();
        run.Train(SmallRun.Iopo(run, Evaluating(("early_stopping_patience", 2), ("learning_rate", 0))));
        Assert.Equal((TrainingEnd.StoppedEarly, 3), (run.Outcome!.End, run.Outcome.Steps));
        Assert.Equal(3, run.Metrics.Length);
        Assert.True(File.Exists(Path.Combine(run.Output, "adapter_model.safetensors")));
    }

    [Fact]
    public void A_run_that_diverges_says_at_which_step_and_keeps_its_checkpoint()
    {
        using TrainedRun run = new();
        TrainingDivergedException e = Assert.Throws<TrainingDivergedException>(
            () => run.Train(SmallRun.Iopo(run, ("learning_rate", 1e30), ("save_steps", 1))));
        Assert.StartsWith($"step {run.Metrics.Length}: ", e.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(run.Output, $"checkpoint-{run.Metrics.Length}", "trainer_state.json")));
    }

    [Fact]
    public void A_new_run_in_the_same_folder_leaves_no_report_of_the_old_one()
    {
        using TrainedRun run = new();
        run.Train(SmallRun.Iopo(run, ("plot_loss", true)));
        run.Train(SmallRun.Iopo(run, ("overwrite_output_dir", true), ("learning_rate", 1e-4)));
        Assert.False(File.Exists(Path.Combine(run.Output, "training_loss.html")));
        Assert.Equal(3, Directory.GetDirectories(run.Output, "checkpoint-*").Length);
    }

    [Fact]
    public void An_unknown_metric_is_an_input_error()
    {
        using TrainedRun run = new();
        InputException e = Assert.Throws<InputException>(
            () => run.Train(SmallRun.Iopo(run, Evaluating(("metric_for_best_model", "bleu")))));
        Assert.Contains("eval_bleu", e.Message, StringComparison.Ordinal);
    }

    /// <summary>Without the passes before and after, the weights are the same.</summary>
    [Fact]
    public void Margins_that_are_not_asked_for_are_not_computed()
    {
        using TrainedRun with = new(), without = new();
        with.Train(SmallRun.Iopo(with));
        without.Train(SmallRun.Iopo(without, ("report_margins", false)));
        Assert.True(File.Exists(Path.Combine(with.Output, "margins.jsonl")));
        Assert.False(File.Exists(Path.Combine(without.Output, "margins.jsonl")));
        Assert.DoesNotContain("margins", File.ReadAllText(Path.Combine(without.Output, "train_results.json")), StringComparison.Ordinal);
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(with.Output, "adapter_model.safetensors")),
            File.ReadAllBytes(Path.Combine(without.Output, "adapter_model.safetensors")));
    }

    [Fact]
    public void The_margins_at_the_end_are_those_of_every_record()
    {
        using TrainedRun run = new();
        run.Train(SmallRun.Iopo(run, ("learning_rate", 5e-3), ("num_train_epochs", 10), ("plot_loss", true)));
        JsonElement[] margins = run.Lines("margins.jsonl");
        Assert.Equal(Enumerable.Range(0, 11), margins.Select(m => m.GetProperty("record").GetInt32()));
        Assert.True(margins.Count(m => m.GetProperty("after").GetDouble() > m.GetProperty("before").GetDouble()) >= 9);
        Assert.Contains("const charts", File.ReadAllText(Path.Combine(run.Output, "training_loss.html")), StringComparison.Ordinal);
    }
}
