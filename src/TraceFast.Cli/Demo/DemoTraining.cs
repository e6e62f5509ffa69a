using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using TraceFast.Data;
using TraceFast.Training;

namespace TraceFast.Cli.Demo;

/// <summary>What a training run took.</summary>
/// <param name="Seconds">Loading and reference included.</param>
/// <param name="Tokens">Of one epoch, a prompt counted with each of its answers.</param>
/// <param name="Computed">Of these, what was computed: a prompt that answers share once.</param>
internal sealed record DemoTrained(double Seconds, long Tokens, long Computed);

/// <summary>
/// One training run as a process of its own, <c>tracefast train</c>: a small model leaves most cores idle, so several train side by side on few threads each, and a process is what keeps their random
/// numbers, thread counts and memory apart.
/// </summary>
internal static class DemoTraining
{
    private const string LogFile = "train.log", ResultsFile = "train_results.json";

    /// <param name="settings">The YAML file.</param>
    /// <param name="values">What replaces its values.</param>
    /// <param name="folder">Gets the model, its metrics and <c>train.log</c>.</param>
    /// <param name="cache">For reference log-probs, which methods share.</param>
    /// <param name="threads">Of this run.</param>
    /// <param name="stop">Ends the process.</param>
    /// <exception cref="InputException">The configuration can not be used.</exception>
    /// <exception cref="DemoTrainingException">The run failed.</exception>
    public static async Task<DemoTrained> Run(string settings, IEnumerable<string> values, string folder, string cache, int threads, CancellationToken stop)
    {
        // A training that outlived a killed demonstration may still write below this folder: each demonstration has a name of its own.
        string run = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"run-{Environment.ProcessId}"));
        string[] all = [.. values, $"output_dir={run}", "overwrite_output_dir=true", string.Create(CultureInfo.InvariantCulture, $"threads={threads}")];
        RunConfiguration.Load(settings, all); // refused here, where it is an error of this command, not a line in a log

        long began = Stopwatch.GetTimestamp();
        string log = Path.Combine(folder, LogFile);
        int code = await Train([settings, .. all], cache, log, stop).ConfigureAwait(false);
        if (code != ExitCodes.Done)
            throw new DemoTrainingException(code, log);
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        foreach (string file in Directory.EnumerateFiles(run))
            File.Move(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        Directory.Delete(run, recursive: true);
        using JsonDocument results = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, ResultsFile)));
        JsonElement tokens = results.RootElement.GetProperty("tokens_per_epoch");
        return new(seconds, tokens.GetProperty("unshared").GetInt64(), tokens.GetProperty("computed").GetInt64());
    }

    private static async Task<int> Train(IEnumerable<string> arguments, string cache, string log, CancellationToken stop)
    {
        using StreamWriter said = new(log) { AutoFlush = true };
        using Process process = new() { StartInfo = OwnProgram.Command(["train", .. arguments]) };
        process.StartInfo.Environment["TRACEFAST_CACHE"] = cache;
        DataReceivedEventHandler keep = (_, line) =>
        {
            lock (said)
                said.WriteLine(line.Data);
        };
        process.OutputDataReceived += keep;
        process.ErrorDataReceived += keep;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        stop.ThrowIfCancellationRequested();
        return process.ExitCode;
    }
}
