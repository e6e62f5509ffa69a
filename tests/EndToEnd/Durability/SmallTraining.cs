using System.Diagnostics;
using System.Text.Json.Nodes;
using TraceFast.EndToEnd.Commands;

namespace TraceFast.EndToEnd.Durability;

/// <summary>
/// Twelve optimizer steps of the small model with dropout, a checkpoint after every second one: what the tests stop and resume, and the
/// same run whole, to compare with.
/// </summary>
public sealed class SmallTraining : IDisposable
{
    public const int Steps = 12;

    /// <summary>Longest wait for a process, on however busy a machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly string[] s_measured = ["tokens_per_s", "quads_per_s", "peak_mib"];

    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<string> _whole;

    public SmallTraining()
    {
        _whole = new(() =>
        {
            CommandHarness.Run([.. Arguments(_folder["whole"])]).Succeeds();
            return _folder["whole"];
        });
    }

    public static string[] Arguments(string output) =>
    [
        "train", Path.Combine(DemoModel.Folder, "iopo.yaml"), $"model_name_or_path={DemoModel.Folder}", $"dataset={DemoModel.Quads}",
        $"output_dir={output}",
        "max_samples=48", "num_train_epochs=2", "lora_dropout=0.1", "save_strategy=steps", "save_steps=2", "save_total_limit=2",
        "threads=1", "plot_loss=false",
    ];

    /// <summary>The run as a process of its own; its log is read and dropped.</summary>
    public static Process Start(string output, bool resume)
    {
        Process process = CommandHarness.Start([.. Arguments(output), .. resume ? ["--resume"] : Array.Empty<string>()]);
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Waits until something holds, or the process has ended (false).</summary>
    public static bool WaitUntil(Func<bool> holds, Process process)
    {
        long start = Stopwatch.GetTimestamp();
        while (!holds())
        {
            if (process.HasExited)
                return false;
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, "the run neither went on nor ended");
            Thread.Sleep(1);
        }
        return true;
    }

    /// <summary>Steps of the newest whole checkpoint; 0 where there is none.</summary>
    public static int NewestCheckpoint(string output) => !Directory.Exists(output) ? 0 : Directory.GetDirectories(output, "checkpoint-*")
        // others are being written
        .Select(d =>
            int.TryParse(Path.GetFileName(d)["checkpoint-".Length..], System.Globalization.CultureInfo.InvariantCulture, out int step)
                ? step : 0)
        .DefaultIfEmpty().Max();

    /// <summary>The adapter's bytes, and the metrics but for those that measure time and memory, are the whole run's.</summary>
    /// <param name="output">The run's output folder.</param>
    /// <param name="sameModel">Whether the adapter names the same folder of the model.</param>
    public void AssertEqualsWhole(string output, bool sameModel = true)
    {
        Assert.Equal(Steps, Metrics(_whole.Value).Length);
        Assert.Equal(Metrics(_whole.Value), Metrics(output));
        foreach (string file in (string[])[
            "adapter_model.safetensors", "margins.jsonl", .. sameModel ? ["adapter_config.json"] : Array.Empty<string>()])
            Assert.Equal(File.ReadAllBytes(Path.Combine(_whole.Value, file)), File.ReadAllBytes(Path.Combine(output, file)));
    }

    public static string[] Metrics(string output) => [.. File.ReadLines(Path.Combine(output, "metrics.jsonl")).Select(line =>
    {
        JsonObject metrics = JsonNode.Parse(line)!.AsObject();
        foreach (string name in s_measured)
            Assert.True(metrics.Remove(name), name);
        metrics.Remove("sampling_s"); // of stage grpo
        return metrics.ToJsonString();
    })];

    public void Dispose() => _folder.Dispose();
}
