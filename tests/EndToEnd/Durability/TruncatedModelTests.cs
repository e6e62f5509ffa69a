using System.Diagnostics;
using TraceFast.EndToEnd.Commands;

namespace TraceFast.EndToEnd.Durability;

/// <summary>
/// A model's file becomes shorter while it is mapped: one line that names it, exit code 3, and a training has a checkpoint of its last
/// whole step.
/// </summary>
public sealed class TruncatedModelTests(SmallTraining training) : IClassFixture<SmallTraining>
{
    private const int Missing = 3;

    [Fact]
    public async Task A_training_ends_with_a_checkpoint_and_goes_on_when_the_file_is_back()
    {
        using TemporaryFolder folder = new();
        string model = CopyModel(folder), weights = Path.Combine(model, "model.safetensors"), output = folder["out"];
        // Checkpoints are saved at the end only, so that one in the middle is the failure's.
        string[] arguments = [
            .. SmallTraining.Arguments(output).Where(a => !a.StartsWith("save_steps", StringComparison.Ordinal)),
            $"model_name_or_path={model}", "save_steps=1000"];
        using (Process process = CommandHarness.Start(arguments))
        {
            Task<string> log = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            string metrics = Path.Combine(output, "metrics.jsonl");
            Assert.True(SmallTraining.WaitUntil(() => File.Exists(metrics) && new FileInfo(metrics).Length > 0, process));
            Truncate(weights);
            Assert.True(process.WaitForExit(SmallTraining.Patience));
            EndsWithOneLine(process, await log, weights);
        }

        int steps = SmallTraining.NewestCheckpoint(output);
        Assert.InRange(steps, 1, SmallTraining.Steps - 1);
        Assert.Equal(steps, SmallTraining.Metrics(output).Length);
        File.Copy(Path.Combine(DemoModel.Folder, "model.safetensors"), weights, overwrite: true);
        CommandHarness.Run([.. arguments, "--resume"]).Succeeds();
        training.AssertEqualsWhole(output, sameModel: false);
    }

    [Fact]
    public async Task Another_command_ends_with_one_line()
    {
        using TemporaryFolder folder = new();
        string model = CopyModel(folder), weights = Path.Combine(model, "model.safetensors");
        string data = folder.Write(
            "data.jsonl",
            string.Concat(
                Enumerable.Range(0, 20_000).Select(i => $"{{\"prompt_ids\":[1,2,{i % 2000}],\"response_ids\":[{i % 1999},5,6]}}\n")));
        using Process process = CommandHarness.Start("logprobs", "--model", model, "--data", data, "--threads", "1");
        Task<string> log = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(process.StandardOutput.ReadLine());
        Truncate(weights);
        process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(SmallTraining.Patience));
        EndsWithOneLine(process, await log, weights);
    }

    private static void EndsWithOneLine(Process process, string log, string weights)
    {
        Assert.True(process.ExitCode == Missing, $"exit code {process.ExitCode}\n{log}");
        string line = Assert.Single(log.Split('\n'), l => l.StartsWith("error: ", StringComparison.Ordinal));
        Assert.Contains($"{weights}: the file became shorter", line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", log, StringComparison.Ordinal);
        Assert.DoesNotContain("Fatal error", log, StringComparison.Ordinal);
    }

    private static void Truncate(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.SetLength(100);
    }

    private static string CopyModel(TemporaryFolder folder)
    {
        string copy = Directory.CreateDirectory(folder["model"]).FullName;
        foreach (string file in Directory.GetFiles(DemoModel.Folder))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }
}
