using System.Diagnostics;
using System.Runtime.InteropServices;
using TraceFast.Gate.Suites;

namespace TraceFast.Gate.Running;

/// <summary>A process to start.</summary>
/// <param name="Command">For /bin/sh.</param>
/// <param name="Folder">Where it runs.</param>
/// <param name="Environment">All of it.</param>
/// <param name="Processors">Those that it may run on; empty: the caller's.</param>
/// <param name="Counters">Of <see cref="CounterFigure.Names"/>.</param>
/// <param name="Files">Path without ending: standard output and error go to NAME.out and NAME.err.</param>
public sealed record ChildStart(
    string Command, string Folder, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<int> Processors,
    IReadOnlyList<string> Counters, string Files);

/// <summary>A shell command in a process of its own, run by native/gate/measure.cpp, with what the system counted of it.</summary>
public sealed partial class ChildProcess : IDisposable
{
    private const int Terminate = 15, Continue = 18, Stop = 19; // signals
    private const int OwnNumbers = 5; // before the counters
    private const int OfSignals = 128; // a shell's exit codes above it

    private static readonly string s_measure = Path.Combine(AppContext.BaseDirectory, "tracefast_measure");

    private readonly ChildStart _start;
    private readonly Process _process;
    private readonly int _group;

    private ChildProcess(ChildStart start)
    {
        _start = start;
        ProcessStartInfo info = new(
            s_measure, [start.Files, string.Join(',', start.Processors), string.Join(',', start.Counters), start.Command])
        {
            WorkingDirectory = start.Folder, RedirectStandardError = true,
        };
        info.Environment.Clear();
        foreach ((string name, string value) in start.Environment)
            info.Environment[name] = value;
        foreach (string ending in new[] { ".usage", ".out", ".err" })
            File.Delete(start.Files + ending);
        try
        {
            _process = Process.Start(info)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new CommandFailedException($"cannot be started: {e.Message}", "");
        }
        _group = Group();
    }

    /// <summary>Runs a command to its end.</summary>
    /// <param name="patience">After which it is killed, with all that it has started.</param>
    /// <exception cref="CommandFailedException">It failed, or was killed.</exception>
    public static ProcessResult Run(ChildStart start, TimeSpan patience, CancellationToken cancellation)
    {
        using ChildProcess child = new(start);
        using CancellationTokenRegistration killing = cancellation.Register(child.End);
        bool ended = child._process.WaitForExit(patience);
        child.End();
        cancellation.ThrowIfCancellationRequested();
        return child.Result(ended, patience);
    }

    /// <summary>
    /// Runs two commands to their ends, one of them at a time, for a turn each: what happens on the machine meets both. Their CPU times are
    /// their own; their wall times are not. As L. Bulej, V. Horky, P. Tuma, F. Farquet, A. Prokopec, ICPE 2020 (duet benchmarking), on one core
    /// in place of two.
    /// </summary>
    /// <param name="patience">After which both are killed, twice as long as that of one.</param>
    /// <exception cref="CommandFailedException">One of them failed, or was killed: <see cref="CommandFailedException.Start"/>.</exception>
    public static (ProcessResult First, ProcessResult Second) RunInTurns(
        ChildStart first, ChildStart second, TimeSpan turn, TimeSpan patience, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        using ChildProcess one = new(first);
        bool ended = one._process.WaitForExit(turn);
        one.Signal(Stop);
        using ChildProcess other = new(second);
        (ChildProcess running, ChildProcess waiting) = (other, one);
        while (!ended && Stopwatch.GetElapsedTime(start) < 2 * patience && !cancellation.IsCancellationRequested)
            if (running._process.WaitForExit(turn))
                ended = true;
            else
            {
                running.Signal(Stop);
                waiting.Signal(Continue);
                (running, waiting) = (waiting, running);
            }
        waiting.Signal(Continue);
        using CancellationTokenRegistration killing = cancellation.Register(() =>
        {
            one.End();
            other.End();
        });
        TimeSpan left = 2 * patience - Stopwatch.GetElapsedTime(start);
        bool[] ends = [.. new[] { one, other }.Select(c => c._process.WaitForExit(left > TimeSpan.Zero ? left : TimeSpan.Zero))];
        one.End();
        other.End();
        cancellation.ThrowIfCancellationRequested();
        return (one.Result(ends[0], patience), other.Result(ends[1], patience));
    }

    public void Dispose()
    {
        End();
        _process.Dispose();
    }

    /// <summary>Which the command's process is in; 0: it was not started.</summary>
    private int Group()
    {
        for (; ; Thread.Sleep(1))
        {
            bool ended = _process.HasExited;
            if (Usage() is [var group, ..])
                return int.Parse(group, CultureInfo.InvariantCulture);
            if (ended)
                return 0;
        }
    }

    /// <summary>The lines that measure.cpp has written so far.</summary>
    private string[] Usage() => HeadedLines.WholeLines(_start.Files + ".usage");

    /// <summary>Kills what is left of it.</summary>
    private void End()
    {
        if (_process.HasExited)
            return;
        _ = kill(_process.Id, Terminate);
        _process.WaitForExit();
    }

    /// <summary>To the command and all that it has started.</summary>
    private void Signal(int signal)
    {
        if (_group > 0 && !_process.HasExited)
            _ = kill(-_group, signal);
    }

    private ProcessResult Result(bool ended, TimeSpan patience)
    {
        if (!ended)
            throw new CommandFailedException($"was killed after {patience.TotalSeconds:0.#} s", LastLines(_start.Files)) { Start = _start };
        string[] usage = Usage() is [_, var line] ? line.Split(' ') : [];
        if (_process.ExitCode != 0 || usage.Length != OwnNumbers + _start.Counters.Count)
            throw new CommandFailedException($"could not be run: {_process.StandardError.ReadToEnd().Trim()}", "") { Start = _start };
        long[] numbers = [.. usage.Select(u => long.Parse(u, CultureInfo.InvariantCulture))];
        if (numbers[4] != 0)
            throw new CommandFailedException(EndOf((int)numbers[4]), LastLines(_start.Files)) { Start = _start };
        return new ProcessResult(
            _start.Folder, File.ReadAllText(_start.Files + ".out"), (numbers[1] + numbers[2]) / 1e6, numbers[0] / 1e9, numbers[3] << 10)
        {
            Counters = _start.Counters.Zip(numbers[OwnNumbers..]).ToDictionary(c => c.First, c => c.Second),
        };
    }

    /// <summary>The processors that this process may run on, ascending.</summary>
    public static IReadOnlyList<int> Allowed()
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal));
        return
        [
            .. line.Split(':')[1].Trim().Split(',').Select(range => range.Split('-')).SelectMany(
                range => Enumerable.Range(Number(range[0]), Number(range[^1]) - Number(range[0]) + 1)),
        ];

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <param name="status">As wait gives it.</param>
    private static string EndOf(int status)
    {
        int signal = status & 0x7F, code = (status >> 8) & 0xFF;
        return signal != 0 ? $"was killed by signal {signal}"
            : $"ended with exit code {code}{(code > OfSignals ? $" (signal {code - OfSignals})" : "")}";
    }

    private static string LastLines(string files)
    {
        const int Lines = 5;
        string[] lines =
        [
            .. new[] { ".out", ".err" }.Where(e => File.Exists(files + e)).SelectMany(e => File.ReadLines(files + e))
                .Where(l => l.Trim().Length > 0),
        ];
        return string.Join('\n', lines.TakeLast(Lines));
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);
}

/// <summary>A command could not be run to a good end.</summary>
/// <param name="message">What happened to it.</param>
/// <param name="output">Its last lines.</param>
public sealed class CommandFailedException(string message, string output) : Exception(message)
{
    public string Output => output;

    /// <summary>What was run; null: it could not be started.</summary>
    public ChildStart? Start { get; init; }
}
