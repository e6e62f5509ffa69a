using System.Globalization;
using System.Runtime;
using TraceFast.Evaluation.Statistics;

namespace TraceFast.Benchmarks.Rows;

/// <summary>Low quantiles of the times of one iteration, in milliseconds.</summary>
internal readonly record struct IterationTimes(double CpuMs, double WallMs, int Iterations);

/// <summary>
/// How rows are timed. After a warm-up of each, a control and the rows take turns, each iteration read by both clocks:
/// <code>
///   control, row, other row, ..., control, row, other row, ...    d[i] = clock after - clock before
///   Q(p) = d[k] + (h - k) (d[k+1] - d[k])     d sorted, from 0;  h = p (n - 1), k = floor(h);  p = 0.1
/// </code>
/// (linear interpolation: definition 7 of Hyndman and Fan 1996, as numpy and R have it.) Reported is Q(0.1) of each. Whatever disturbs a
/// program (interrupts, a shared cache or core, a page fault, the collector) adds time and never takes any, so the low end of the times is
/// what the code takes, while a mean or a median is that and the machine's other work. Not the minimum: it falls with every further
/// iteration, and one iteration at a higher clock decides it. Turns, not one after the other: what changes over tenths of a second (clock,
/// a neighbor) then meets all of them, and leaves the ratio of row to control.
/// <para>
/// The CPU time is the whole process's, so that work on other threads counts; the just-in-time compiler's threads and the collector's are
/// among them. Lengths are of CPU time too: a process that is stopped now and then, as bench gate's are, loses no iterations.
/// </para>
/// <para>
/// The warm-up ends when the times no longer fall and nothing is compiled any more: the least of a stretch is not 2 % below the
/// least so far, and the compiler had nothing to do meanwhile. A stretch is longer than the 100 ms for which .NET waits before it compiles
/// anew what is called often; where it does not (DOTNET_TieredCompilation=0, or a long DOTNET_TC_CallCountingDelayMs), two iterations
/// are enough.
/// </para>
/// </summary>
internal static class RowTiming
{
    public const double Quantile = 0.1;

    private const double NanosecondsPerMillisecond = 1e6;
    private const int FewestIterations = 8;
    private const double StillFalls = 0.98;
    private const int WarmUpIterations = 2; // of a stretch, at least
    private const int MostStretches = 20;
    private const long LongDelay = 10_000; // milliseconds: no row is warmed up and measured for longer

    private static readonly double s_stretchMilliseconds = IsCompiledAnew() ? 130 : 5;

    /// <summary>Iterations before those that count, until the row's times no longer fall.</summary>
    /// <param name="around">Called around each: before it, and with true after it.</param>
    /// <exception cref="OperationCanceledException">Between two iterations.</exception>
    public static void WarmUp(Action iterate, Action<bool> around, CancellationToken cancellation)
    {
        long least = long.MaxValue;
        for (int s = 0; s < MostStretches; s++)
        {
            long start = ProcessClock.CpuNow, compiled = JitInfo.GetCompiledMethodCount(), leastNow = long.MaxValue;
            for (int i = 0; i < WarmUpIterations || ProcessClock.CpuNow - start < s_stretchMilliseconds * NanosecondsPerMillisecond; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                around(false);
                leastNow = Math.Min(leastNow, Time(iterate, 0).Cpu);
                around(true);
            }
            if (leastNow >= least * StillFalls && JitInfo.GetCompiledMethodCount() == compiled)
                return;
            least = Math.Min(least, leastNow);
        }
    }

    /// <summary>Times the control and rows by turns.</summary>
    /// <param name="milliseconds">Of CPU time, about.</param>
    /// <param name="rows">Warm ones, and by how many percent each is slowed down; none: the control alone.</param>
    /// <exception cref="OperationCanceledException">Between two iterations.</exception>
    public static (IterationTimes Control, IReadOnlyList<IterationTimes> Rows) Measure(
        int milliseconds, IEnumerable<(Action Iterate, double Burned)> rows, CancellationToken cancellation)
    {
        IterationTimes[] times = TakeTurns(milliseconds, cancellation, [(new ControlKernel().Run, 0), .. rows]);
        return (times[0], times[1..]);
    }

    internal static IterationTimes[] TakeTurns(
        int milliseconds, CancellationToken cancellation, params (Action Iterate, double Burned)[] works)
    {
        List<ProcessClock>[] times = [.. works.Select(_ => new List<ProcessClock>())];
        double length = milliseconds * NanosecondsPerMillisecond;
        foreach ((Action iterate, _) in works)
            iterate(); // the control is compiled in this round
        UseHeapAgain();
        for (long start = ProcessClock.CpuNow; times[0].Count < FewestIterations || ProcessClock.CpuNow - start < length;)
        {
            cancellation.ThrowIfCancellationRequested();
            for (int w = 0; w < works.Length; w++)
                times[w].Add(Time(works[w].Iterate, works[w].Burned));
        }
        return [.. times.Select(t => new IterationTimes(Low(t.Select(d => d.Cpu)), Low(t.Select(d => d.Wall)), t.Count))];
    }

    /// <summary>
    /// Allocates until the collector has run, while what rows keep is alive: it then hands out memory that the process has used before, as in
    /// a program that has run for a while. Before, each page of what an iteration allocates is a page fault, 20 us in a virtual machine: some
    /// iterations of attention took a quarter longer, which ones depended on the process. GC.Collect gives memory back, and does the contrary.
    /// </summary>
    private static void UseHeapAgain()
    {
        const int Bytes = 8 << 10;
        for (int before = GC.CollectionCount(0); GC.CollectionCount(0) == before;)
            GC.KeepAlive(new byte[Bytes]);
    }

    private static double Low(IEnumerable<long> nanoseconds) =>
        Bootstrap.Quantile([.. nanoseconds.Select(n => n / NanosecondsPerMillisecond).Order()], Quantile);

    private static ProcessClock Time(Action work, double burned)
    {
        ProcessClock start = ProcessClock.Now;
        work();
        if (burned > 0)
            Burn.Spin(start.Cpu, burned);
        ProcessClock end = ProcessClock.Now;
        return new ProcessClock(end.Cpu - start.Cpu, end.Wall - start.Wall);
    }

    /// <summary>Whether .NET compiles methods again while the row runs. Its numbers in the environment are hexadecimal.</summary>
    private static bool IsCompiledAnew() =>
        Environment.GetEnvironmentVariable("DOTNET_TieredCompilation") != "0"
        && !(long.TryParse(
                Environment.GetEnvironmentVariable("DOTNET_TC_CallCountingDelayMs"), NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture, out long delay)
            && delay >= LongDelay);
}
