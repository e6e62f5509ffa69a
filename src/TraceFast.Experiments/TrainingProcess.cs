using System.Diagnostics;
using System.Text.Json;
using TraceFast.Training.Configuration;

namespace TraceFast.Experiments;

/// <summary>What a training run took.</summary>
/// <param name="Seconds">Loading and reference included.</param>
/// <param name="Tokens">Of one epoch, a prompt counted with each of its answers.</param>
/// <param name="Computed">Of these, what was computed: a prompt that answers share once.</param>
public sealed record TrainingCost(double Seconds, long Tokens, long Computed);

/// <summary>
/// One training run as a process of its own, <c>tracefast train</c>: a small model leaves most cores idle, so several train side by side on
/// few threads each, and a process is what keeps their random numbers, thread counts and memory apart.
/// </summary>
public static class TrainingProcess
{
    private const string LogFile = "train.log", ResultsFile = "train_results.json";

    /// <param name="program">Starts this program again with arguments.</param>
    /// <param name="folder">Gets the model, its metrics and <c>train.log</c>.</param>
    /// <param name="cache">For reference log-probs, which methods share.</param>
    /// <exception cref="InputException">The configuration cannot be used.</exception>
    /// <exception cref="TrainingProcessException">The run failed.</exception>
    public static async Task<TrainingCost> Run(
        Func<IEnumerable<string>, ProcessStartInfo> program, string config, IEnumerable<string> values, string folder, string cache,
        int threads, CancellationToken stop)
    {
        // A training that outlived a killed demonstration may still write below this folder: each demonstration has a name of its own.
        string run = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"run-{Environment.ProcessId}"));
        string[] all = [
            .. values, $"output_dir={run}", "overwrite_output_dir=true", string.Create(CultureInfo.InvariantCulture, $"threads={threads}")];
        RunConfiguration.Load(config, all); // rejected here, as an error of this command, not a line in a log

        long began = Stopwatch.GetTimestamp();
        string log = Path.Combine(folder, LogFile);
        int code = await Train(program(["train", config, .. all]), cache, log, stop).ConfigureAwait(false);
        if (code != 0)
            throw new TrainingProcessException(code, log);
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        foreach (string file in Directory.EnumerateFiles(run))
            File.Move(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        Directory.Delete(run, recursive: true);
        using JsonDocument results = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, ResultsFile)));
        JsonElement tokens = results.RootElement.GetProperty("tokens_per_epoch");
        return new(seconds, tokens.GetProperty("unshared").GetInt64(), tokens.GetProperty("computed").GetInt64());
    }

    private static async Task<int> Train(ProcessStartInfo start, string cache, string log, CancellationToken stop)
    {
        using StreamWriter said = new(log) { AutoFlush = true };
        using Process process = new() { StartInfo = start };
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

/// <summary>A training run of the demonstration failed; its log says why.</summary>
public sealed class TrainingProcessException(int exitCode, string log)
    : Exception($"{LastError(log)} (training ended with exit status {exitCode}; its log: {log})")
{
    public int ExitCode => exitCode;

    private static string LastError(string log)
    {
        const string Prefix = "error: ";
        string[] lines = [.. File.ReadLines(log).Where(l => l.Length > 0)];
        string last = lines.LastOrDefault(l => l.StartsWith(Prefix, StringComparison.Ordinal)) ?? lines.LastOrDefault()
            ?? "it logged nothing";
        return last.StartsWith(Prefix, StringComparison.Ordinal) ? last[Prefix.Length..] : last;
    }
}
