using TraceFast.Training.Checkpoints;
using TraceFast.Training.Loop;
using TraceFast.Training.Metrics;

namespace TraceFast.Training.Tests.Loop;

/// <summary>A run that was stopped and resumed leaves the same bytes as one that was not.</summary>
public class ResumeTests
{
    private sealed class Stopped : Exception;

    public static TheoryData<string> Kinds =>
        ["lora", "lora_dropout", "full", "bf16", "full_bf16", "published", "checkpointed", "calibrated"];

    private static (string Key, object Value)[] Settings(TrainedRun run, string kind) => SmallRun.Iopo(run, kind switch
    {
        "lora" => [],
        "lora_dropout" => [("lora_dropout", 0.3)],
        "full" => [("finetuning_type", "full")],
        "bf16" => [("compute_dtype", "bfloat16")],
        "full_bf16" => [("finetuning_type", "full"), ("compute_dtype", "bfloat16")],
        "calibrated" => [("pref_calibrate", true), ("pref_calibrate_decay", 0.5), ("lora_dropout", 0.3)],
        "published" =>
            [("loss_reduction", "published"),
                ("per_device_train_batch_size", 1), ("gradient_accumulation_steps", 4), ("num_train_epochs", 3)],
        _ => [("gradient_checkpointing", true), ("lora_dropout", 0.3)],
    });

    private static void AssertSameBytes(TrainedRun expected, TrainedRun actual)
    {
        Assert.Equal(expected.DeterministicMetrics, actual.DeterministicMetrics);
        string[] files = [
            .. Directory.GetFiles(expected.Output).Select(f => Path.GetFileName(f)).Where(f => f != RunFiles.MetricsFile).Order()];
        Assert.Equal(
            files, Directory.GetFiles(actual.Output).Select(f => Path.GetFileName(f)).Where(f => f != RunFiles.MetricsFile).Order());
        Assert.Contains("margins.jsonl", files);
        foreach (string file in files)
            Assert.True(
                File.ReadAllBytes(Path.Combine(expected.Output, file)).AsSpan()
                    .SequenceEqual(File.ReadAllBytes(Path.Combine(actual.Output, file))), $"{file} differs");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Two_runs_with_two_threads_are_equal_to_the_byte(string kind)
    {
        using TrainedRun one = new(), two = new();
        one.Train(Settings(one, kind));
        two.Train(Settings(two, kind));
        Assert.Equal(TrainingEnd.Finished, one.Outcome!.End);
        AssertSameBytes(one, two);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_interrupted_run_goes_on_to_the_byte(string kind)
    {
        using TrainedRun whole = new(), stopped = new();
        whole.Train(Settings(whole, kind));
        using (CancellationTokenSource source = new())
        {
            // The second checkpoint asks for the end: the run is in the middle.
            int saved = 0;
            stopped.Train(Settings(stopped, kind), step => Cancel(source, step, ref saved), source.Token);
        }

        Assert.Equal(TrainingEnd.Interrupted, stopped.Outcome!.End);
        Assert.InRange(stopped.Outcome.Steps, 1, 5);
        Assert.False(File.Exists(Path.Combine(stopped.Output, "train_results.json")));
        stopped.Train([.. Settings(stopped, kind), ("resume_from_checkpoint", true)]);
        Assert.Equal(TrainingEnd.Finished, stopped.Outcome.End);
        AssertSameBytes(whole, stopped);
    }

    [Fact]
    public void Stopped_at_any_step_on_the_file_system_it_goes_on_to_the_byte()
    {
        using TrainedRun whole = new();
        int steps = 0;
        whole.Train(Frequent(whole), _ => steps++, CancellationToken.None);
        Assert.True(steps > 40, $"only {steps} steps were seen");
        for (int stopAt = 0; stopAt < steps; stopAt++)
        {
            using TrainedRun stopped = new();
            int seen = 0;
            Assert.Throws<Stopped>(() => stopped.Train(
                Frequent(stopped),
                _ =>
                {
                    if (seen++ == stopAt)
                        throw new Stopped();
                },
                CancellationToken.None));
            stopped.Train([.. Frequent(stopped), ("resume_from_checkpoint", true)]);
            AssertSameBytes(whole, stopped);
            Assert.Empty(Directory.GetFileSystemEntries(stopped.Output, "*.writing-*"));
            Assert.Equal(EventBytes(whole), EventBytes(stopped));
        }

        // Three steps, a checkpoint after each, only the last of which is kept.
        static (string Key, object Value)[] Frequent(TrainedRun run) =>
            SmallRun.Iopo(run, ("num_train_epochs", 1), ("save_steps", 1), ("save_total_limit", 1), ("report_to", "tensorboard"));
    }

    /// <summary>
    /// The length of the one event file: every event has the same length in both runs, so that none is missing and none is there twice.
    /// </summary>
    private static long EventBytes(TrainedRun run) =>
        new FileInfo(Assert.Single(Directory.GetFiles(Path.Combine(run.Output, "runs")))).Length;

    [Theory]
    [InlineData("learning_rate", 1e-3, "learning_rate was 0.002, now 0.001")]
    [InlineData("max_steps", 4, "max_steps was -1, now 4")]
    [InlineData("pref_beta", 0.2, "pref_beta was 0.1, now 0.2")]
    public void A_checkpoint_of_another_configuration_is_refused(string key, object value, string message)
    {
        using TrainedRun run = new();
        run.Train(SmallRun.Iopo(run));
        string metrics = run.DeterministicMetrics;
        CheckpointException e = Assert.Throws<CheckpointException>(
            () => run.Train([.. SmallRun.Iopo(run), (key, value), ("resume_from_checkpoint", true)]));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal(metrics, run.DeterministicMetrics);
    }

    [Fact]
    public void A_checkpoint_of_other_data_is_refused()
    {
        using TrainedRun run = new();
        run.Train(SmallRun.Iopo(run));
        string other = run.WriteData("other.jsonl", SmallRun.Quads(11, seed: 2));
        CheckpointException e = Assert.Throws<CheckpointException>(
            () => run.Train([.. SmallRun.Iopo(run), ("dataset", other), ("resume_from_checkpoint", true)]));
        Assert.Contains("content of the training records", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resuming_without_a_checkpoint_starts_and_says_so()
    {
        using TrainedRun run = new();
        run.Train(SmallRun.Iopo(run, ("resume_from_checkpoint", true)));
        Assert.Contains("holds no complete checkpoint: starting with the first step", run.Log, StringComparison.Ordinal);
        Assert.Equal(6, run.Metrics.Length);
    }

    [Fact]
    public void Resuming_with_other_threads_says_so()
    {
        using TrainedRun run = new();
        run.Train(SmallRun.Iopo(run));
        run.Train([.. SmallRun.Iopo(run), ("threads", 1), ("resume_from_checkpoint", true)]);
        Assert.Contains("threads was 2, now 1", run.Log, StringComparison.Ordinal);
    }

    private static void Cancel(CancellationTokenSource source, string step, ref int saved)
    {
        if (step.StartsWith("rename", StringComparison.Ordinal) && ++saved == 2)
            source.Cancel();
    }
}
