using System.Diagnostics;
using System.Globalization;

namespace TraceFast.EndToEnd.Durability;

/// <summary>
/// Ctrl-C and a batch system's SIGTERM: a checkpoint of the last whole step, exit code 130, and --resume ends as the whole run.
/// </summary>
public sealed class InterruptedRunTests(SmallTraining training) : IClassFixture<SmallTraining>
{
    private const int Interrupted = 130;

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public void A_signal_saves_a_checkpoint_and_resuming_ends_as_the_whole_run(string signal)
    {
        using TemporaryFolder folder = new();
        string output = folder["out"];
        using (Process process = SmallTraining.Start(output, resume: false))
        {
            Assert.True(SmallTraining.WaitUntil(() => SmallTraining.NewestCheckpoint(output) >= 4, process));
            using Process kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
            Assert.True(process.WaitForExit(SmallTraining.Patience));
            Assert.Equal(Interrupted, process.ExitCode);
        }
        int steps = SmallTraining.NewestCheckpoint(output);
        Assert.InRange(steps, 4, SmallTraining.Steps);
        Assert.Equal(steps, SmallTraining.Metrics(output).Length);

        CommandResult resumed = CommandHarness.Run([.. SmallTraining.Arguments(output), "--resume"]).Succeeds();
        Assert.Contains($"{steps} of {SmallTraining.Steps} steps are done", resumed.Log, StringComparison.Ordinal);
        training.AssertEqualsWhole(output);
    }

    [Fact]
    public async Task A_run_in_this_process_is_interrupted_by_its_token()
    {
        using TemporaryFolder folder = new();
        string output = folder["out"];
        using CancellationTokenSource interrupt = new();
        Task<CommandResult> run = Task.Run(
            () => CommandHarness.Run(SmallTraining.Arguments(output), [], interrupt.Token), TestContext.Current.CancellationToken);
        while (!run.IsCompleted && SmallTraining.NewestCheckpoint(output) < 2)
            await Task.Delay(1, TestContext.Current.CancellationToken);
        await interrupt.CancelAsync();
        CommandResult result = await run;
        Assert.Equal(Interrupted, result.Code);
        Assert.Contains("interrupted after", result.Log, StringComparison.Ordinal);
        Assert.InRange(SmallTraining.NewestCheckpoint(output), 2, SmallTraining.Steps);

        CommandHarness.Run([.. SmallTraining.Arguments(output), "--resume"]).Succeeds();
        training.AssertEqualsWhole(output);
    }

    [Fact]
    public void An_interrupt_before_the_first_step_leaves_nothing_that_resuming_trips_over()
    {
        using TemporaryFolder folder = new();
        string output = folder["out"];
        Assert.Equal(Interrupted, CommandHarness.Run(SmallTraining.Arguments(output), [], new CancellationToken(canceled: true)).Code);
        Assert.Equal(0, SmallTraining.NewestCheckpoint(output));
        CommandHarness.Run([.. SmallTraining.Arguments(output), "--resume"]).Succeeds();
        training.AssertEqualsWhole(output);
    }
}
