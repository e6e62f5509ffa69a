using System.Diagnostics;
using System.Globalization;
using TraceFast.Data.Files;
using TraceFast.EndToEnd.Commands;
using TraceFast.EndToEnd.Durability;

namespace TraceFast.EndToEnd.Outputs;

/// <summary>One process at a time writes an output; the second's error names the first.</summary>
public sealed class HeldOutputTests(GeneratedModel model) : IClassFixture<GeneratedModel>
{
    [Fact]
    public void Two_trainings_in_one_folder_and_the_lock_is_free_when_the_first_is_killed()
    {
        using TemporaryFolder folder = new();
        string output = folder["out"];
        string[] metrics;
        using (Process first = SmallTraining.Start(output, resume: false))
        {
            Assert.True(SmallTraining.WaitUntil(() => SmallTraining.NewestCheckpoint(output) >= 2, first));
            // It holds the lock, and goes no further.
            using (Process stop = Process.Start("kill", ["-STOP", first.Id.ToString(CultureInfo.InvariantCulture)]))
                stop.WaitForExit();
            foreach (string more in new[] { "--resume", "overwrite_output_dir=true", "seed=42" })
            {
                CommandResult second = CommandHarness.Run([.. SmallTraining.Arguments(output), more]);
                Assert.Equal(2, second.Code);
                foreach (string part in new[] { output,
                    string.Create(CultureInfo.InvariantCulture, $"process {first.Id} (tracefast train "), "since 20" })
                    Assert.Contains(part, second.Log, StringComparison.Ordinal);
            }

            first.Kill();
            first.WaitForExit();
            metrics = File.ReadAllLines(Path.Combine(output, "metrics.jsonl"));
        }

        Assert.True(metrics.Length >= 2);
        Assert.True(File.Exists(Path.Combine(output, RunLock.FileName)), "a killed process leaves the lock's file, which is no lock");
        CommandHarness.Run([.. SmallTraining.Arguments(output), "--resume"]).Succeeds();
        Assert.Equal(SmallTraining.Steps, SmallTraining.Metrics(output).Length);
        Assert.False(File.Exists(Path.Combine(output, RunLock.FileName)));
    }

    [Theory]
    [InlineData("generate --out")]
    [InlineData("eval --model --responses")]
    public void Two_runs_that_decode_into_one_file(string name)
    {
        using TemporaryFolder folder = new();
        Writer.Prepare(folder, model.Folder);
        string output = folder["out.jsonl"];
        string[] arguments = Writer.Files[name](folder).Arguments(output);
        CommandHarness.Run(arguments).Succeeds();
        byte[] rows = File.ReadAllBytes(output);
        using (RunLock.OfFile(output))
            foreach (string[] more in new[] { Array.Empty<string>(), [Writer.Overwrite] })
            {
                CommandResult second = CommandHarness.Run([.. arguments, .. more]);
                Assert.Equal(2, second.Code);
                Assert.Contains($"{output}: is being written by process {Environment.ProcessId} (", second.Log, StringComparison.Ordinal);
            }

        Assert.Equal(rows, File.ReadAllBytes(output));
        CommandHarness.Run(arguments).Succeeds();
    }

    [Fact]
    public void Two_demonstrations_in_one_folder()
    {
        using TemporaryFolder folder = new();
        using RunLock held = RunLock.OfFolder(folder["out"]);
        CommandResult second = CommandHarness.Run(["demo", "--model", DemoModel.Folder, "--out", folder["out"]]);
        Assert.Equal(2, second.Code);
        Assert.Contains($"is being written by process {Environment.ProcessId} (", second.Log, StringComparison.Ordinal);
    }
}
