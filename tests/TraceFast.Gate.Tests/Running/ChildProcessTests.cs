using System.Diagnostics;
using System.Globalization;
using TraceFast.Gate.Running;
using TraceFast.Gate.Suites;
using TraceFast.Tests;

namespace TraceFast.Gate.Tests.Running;

public sealed class ChildProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Time_and_memory_are_of_the_process_and_what_it_started()
    {
        ProcessResult idle = Run("sleep 0.3");
        Assert.InRange(idle.WallSeconds, 0.3, 60);
        Assert.InRange(idle.CpuSeconds, 0, 0.15);
        // The shell's child works: 30 MB of it, and a loop.
        ProcessResult busy = Run(
            "head -c 30000000 /dev/zero | tail -c 30000000 | wc -c; awk 'BEGIN { for (i = 0; i < 3000000; i++) x += i }'; true");
        Assert.Equal("30000000", busy.Output.Trim());
        Assert.InRange(busy.CpuSeconds, 0.05, 60);
        Assert.InRange(busy.PeakBytes, 30_000_000, 400_000_000);
        Assert.True(Run("true").PeakBytes < 20_000_000); // of this process, not the largest of all
    }

    [Fact]
    public void It_runs_in_its_folder_with_its_environment_on_its_processors()
    {
        IReadOnlyList<int> allowed = ChildProcess.Allowed();
        int last = allowed[^1];
        ProcessResult result = Run(
            "pwd; echo $COLOR; cat; taskset -pc $$ | sed 's/.*: //'", new() { ["COLOR"] = "blue", ["PATH"] = "/usr/bin:/bin" }, [last]);
        Assert.Equal([_folder.Path, "blue", $"{last}", ""], result.Output.Split('\n'));
        Assert.Equal(allowed, ChildProcess.Allowed()); // this process is not pinned
    }

    [Fact]
    public void Processes_that_hang_are_ended_with_what_they_started()
    {
        string mark = $"7{Environment.ProcessId}.5";
        CommandFailedException late = Assert.Throws<CommandFailedException>(
            () => Run($"echo begun; sleep {mark} & sleep {mark}", patience: TimeSpan.FromSeconds(0.5)));
        Assert.Equal(("was killed after 0.5 s", "begun"), (late.Message, late.Output));
        using CancellationTokenSource cancellation = new(TimeSpan.FromSeconds(0.5));
        Assert.ThrowsAny<OperationCanceledException>(() => Run($"sleep {mark}", cancellation: cancellation.Token));
        bool gone = SpinWait.SpinUntil(() => !Commands().Any(c => c.Contains(mark, StringComparison.Ordinal)), TimeSpan.FromSeconds(10));
        Assert.True(gone, "a sleep goes on");
    }

    [Fact]
    public void What_cannot_be_started_is_an_error()
    {
        CommandFailedException failed = Assert.Throws<CommandFailedException>(() => ChildProcess.Run(
            new ChildStart("true", "/nowhere", ChildEnvironment.Inherited(), [], [], _folder["x"]), TimeSpan.FromSeconds(9), default));
        Assert.StartsWith("cannot be started: ", failed.Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// The system itself counts page faults; a process that fills more memory has more of them, its children's included. Of an event that
    /// the processor does not count here the error is told.
    /// </summary>
    [Fact]
    public void Counters_are_counts_or_the_reason_why_there_is_none()
    {
        string[] names = ["page_faults", "instructions"];
        const string Fill = "head -c {0} /dev/zero | tail -c {0} | wc -c";
        long small = Faults(100_000), large = Faults(20_000_000);
        if (small < 0)
            Assert.Skip($"perf_event_open does not even count page faults here: {CounterFigure.Reason(small)}");
        Assert.True(large > small + 20_000_000 / Environment.SystemPageSize / 8, $"{small}, {large}");

        long Faults(int bytes)
        {
            ProcessResult result = Run(string.Format(CultureInfo.InvariantCulture, Fill, bytes), counters: names);
            Assert.Equal(names, result.Counters.Keys);
            if (result.Counters["instructions"] < 0)
                Assert.Contains(
                    "counter instructions: perf_event_open: ",
                    Assert.Throws<FigureException>(() => new CounterFigure("instructions").Of(result)).Message, StringComparison.Ordinal);
            return result.Counters["page_faults"];
        }
    }

    /// <summary>Each counts its own turns while the other stands still: neither runs while the other does, and both end.</summary>
    [Fact]
    public void Two_commands_in_turns_run_one_at_a_time()
    {
        // Writes its name for some tenths of a second of its own time.
        ChildStart Start(string name) => new(
            $"i=0; while [ $i -lt 40000 ]; do echo {name} >> ../order; i=$((i + 1)); done; echo {name}",
            Directory.CreateDirectory(_folder[name]).FullName, ChildEnvironment.Inherited(), [], [], _folder[$"{name}-files"]);
        (ProcessResult first, ProcessResult second) = ChildProcess.RunInTurns(
            Start("a"), Start("b"), TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        Assert.Equal(("a\n", "b\n"), (first.Output, second.Output));
        string[] order = File.ReadAllLines(_folder["order"]);
        Assert.Equal((40_000, 40_000), (order.Count(o => o == "a"), order.Count(o => o == "b")));
        int changes = Enumerable.Range(1, order.Length - 1).Count(i => order[i] != order[i - 1]);
        // Side by side they would change places at nearly every line; one after the other, once.
        Assert.InRange(changes, 2, order.Length / 10);
    }

    [Theory]
    [InlineData("exit 3", "true", "ended with exit code 3")]
    [InlineData("true", "exit 3", "ended with exit code 3")]
    [InlineData("sleep 60", "true", "was killed after 1 s")]
    [InlineData("true", "sleep 60", "was killed after 1 s")]
    public void In_turns_the_one_that_fails_is_named(string first, string second, string message)
    {
        ChildStart Start(string command, string name) => new(command, _folder.Path, ChildEnvironment.Inherited(), [], [], _folder[name]);
        ChildStart one = Start(first, "one"), other = Start(second, "other");
        CommandFailedException failed = Assert.Throws<CommandFailedException>(() => ChildProcess.RunInTurns(
            one, other, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken));
        Assert.Equal(message, failed.Message);
        Assert.Same(first == "true" ? other : one, failed.Start);
    }

    /// <summary>Not even what stands still for a turn.</summary>
    [Fact]
    public void A_gate_that_is_killed_leaves_nothing_behind()
    {
        string mark = $"8{Environment.ProcessId}.5", files = _folder["orphan"];
        string measure = Path.Combine(AppContext.BaseDirectory, "tracefast_measure");
        string script = $"'{measure}' '{files}' '' '' 'sleep {mark} & sleep {mark}' & wait";
        using Process gate = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]))!;
        bool Sleeping(int count) => SpinWait.SpinUntil(
            () => Commands().Count(c => c.StartsWith($"sleep\0{mark}", StringComparison.Ordinal)) == count, TimeSpan.FromSeconds(30));
        Assert.True(Sleeping(2));
        string group = File.ReadLines(files + ".usage").First();
        using (Process stop = Process.Start("/bin/sh", ["-c", $"kill -STOP -{group}"]))
            stop.WaitForExit();
        gate.Kill();
        Assert.True(Sleeping(0));
    }

    [Fact]
    public void In_turns_an_interruption_ends_both()
    {
        string mark = $"{61 + (Environment.ProcessId % 1000)}.625";
        using CancellationTokenSource cancellation = new(TimeSpan.FromMilliseconds(300));
        ChildStart Start(string name) => new($"sleep {mark}", _folder.Path, ChildEnvironment.Inherited(), [], [], _folder[name]);
        Assert.ThrowsAny<OperationCanceledException>(() => ChildProcess.RunInTurns(
            Start("one"), Start("other"), TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(2), cancellation.Token));
        Assert.True(SpinWait.SpinUntil(() => !Commands().Any(c => c.Contains(mark, StringComparison.Ordinal)), TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void The_environment_has_the_size_that_is_asked_for()
    {
        int Size(int padding) => ChildEnvironment.Of(new Dictionary<string, string>(), padding).Sum(e => e.Key.Length + e.Value.Length);
        Assert.Equal(1000, Size(1000) - Size(0));
    }

    private ProcessResult Run(
        string command, Dictionary<string, string>? environment = null, int[]? processors = null, TimeSpan? patience = null,
        string[]? counters = null, CancellationToken cancellation = default) => ChildProcess.Run(
        new ChildStart(
            command, _folder.Path, environment ?? ChildEnvironment.Inherited(), processors ?? [], counters ?? [], _folder["child"]),
        patience ?? TimeSpan.FromMinutes(2), cancellation);

    private static IEnumerable<string> Commands() => Directory.GetDirectories("/proc").Select(d => Path.Combine(d, "cmdline")).Select(f =>
    {
        try
        {
            return File.Exists(f) ? File.ReadAllText(f) : "";
        }
        catch (IOException)
        {
            return ""; // it has ended
        }
    });
}
