using System.Diagnostics;
using TraceFast.Tests;

namespace TraceFast.EndToEnd.Durability;

/// <summary>
/// kill -9 at random instants of a run, and while a checkpoint is written, then --resume until it is done: the adapter's bytes and the
/// metrics, but for those that measure time and memory, are those of the run that nothing stopped.
/// </summary>
public sealed class KilledRunTests
{
    private static readonly string[] s_measured = ["tokens_per_s", "quads_per_s", "peak_mib"];

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void A_run_killed_again_and_again_ends_as_if_it_had_not_been(int seed)
    {
        using TemporaryFolder folder = new();
        string whole = Train(folder, "whole");
        Random random = new(seed);
        string killed = folder["killed"];
        int kills = 0;
        for (int attempt = 0; attempt < 40; attempt++)
        {
            // Half of the kills wait for a checkpoint that is being written, the others for a random time.
            if (Attempt(folder, killed, attempt == 0 ? [] : ["--resume"], random.Next(2) == 0 ? null : TimeSpan.FromMilliseconds(random.Next(400, 4000)), kills < 5))
                break;
            kills++;
        }
        Assert.True(kills >= 3, $"the run was killed {kills} times only");
        Assert.Equal(File.ReadAllBytes(Path.Combine(whole, "adapter_model.safetensors")), File.ReadAllBytes(Path.Combine(killed, "adapter_model.safetensors")));
        Assert.Equal(Metrics(whole), Metrics(killed));
    }

    /// <summary>Starts or resumes the run; kills it (false) or lets it end (true).</summary>
    private static bool Attempt(TemporaryFolder folder, string output, string[] more, TimeSpan? delay, bool kill)
    {
        using Process process = CommandHarness.Start([.. Arguments(folder, output), .. more]);
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        if (kill && !WaitFor(process, output, delay))
        {
            process.Kill();
            process.WaitForExit();
            return false;
        }
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(2)));
        Assert.Equal(0, process.ExitCode);
        return true;
    }

    /// <summary>True when the process ended before the moment to kill it came.</summary>
    private static bool WaitFor(Process process, string output, TimeSpan? delay)
    {
        if (delay is { } time)
            return process.WaitForExit(time);
        while (!process.HasExited)
        {
            // What is written aside has a name that begins with a dot.
            if (Directory.Exists(output) && Directory.EnumerateDirectories(output, ".*").Any())
                return false;
            Thread.Sleep(1);
        }
        return true;
    }

    private static string Train(TemporaryFolder folder, string name)
    {
        using Process process = CommandHarness.Start(Arguments(folder, folder[name]));
        string log = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, log);
        return folder[name];
    }

    private static string[] Arguments(TemporaryFolder folder, string output)
    {
        string demo = Path.Combine(Oracles.RepositoryRoot, "models", "demo");
        return
        [
            "train", Path.Combine(demo, "iopo.yaml"), $"model_name_or_path={demo}", $"dataset={Path.Combine(demo, "data", "quads.jsonl")}", $"output_dir={output}",
            "overwrite_output_dir=true", "max_samples=96", "num_train_epochs=2", "lora_dropout=0.1", "save_strategy=steps", "save_steps=3", "save_total_limit=2", "threads=2", "plot_loss=false",
        ];
    }

    private static string[] Metrics(string output) => [.. File.ReadLines(Path.Combine(output, "metrics.jsonl")).Select(line =>
    {
        System.Text.Json.Nodes.JsonObject metrics = System.Text.Json.Nodes.JsonNode.Parse(line)!.AsObject();
        foreach (string name in s_measured)
            Assert.True(metrics.Remove(name), name);
        return metrics.ToJsonString();
    })];
}
