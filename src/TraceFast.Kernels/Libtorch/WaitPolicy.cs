using System.Globalization;
using System.Runtime.InteropServices;

namespace TraceFast.Kernels.Libtorch;

/// <summary>
/// How OpenMP's threads wait for each other: GNU's spin for milliseconds, which is fastest while the processors are theirs alone, and
/// ruinous once another program wants one: a thread that spins keeps it from the thread that it waits for. libgomp itself waits
/// shortly (100 turns) while it manages more threads than there are processors. So, while this process waits for processors that
/// other programs use, it is given idle threads.
/// </summary>
internal static class WaitPolicy
{
    private const double WaitingShare = 0.1, OthersShare = 0.2; // of the time between two looks: our threads' waits, others' processor time
    private const int CalmLooks = 5;
    private const int StackBytes = 1 << 18;

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    private static volatile Thread? s_idle; // holds the idle threads, while there are any

    /// <summary>Whether waiting threads sleep now, since other programs want the processors.</summary>
    public static bool GivesWay => s_idle is not null;

    /// <summary>Begins to watch, unless the user's environment says how threads wait (OMP_WAIT_POLICY, GOMP_SPINCOUNT).</summary>
    public static void Start()
    {
        if (OperatingSystem.IsLinux()
            && Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null
            && Environment.GetEnvironmentVariable("GOMP_SPINCOUNT") is null)
            new Thread(Watch, StackBytes) { IsBackground = true, Name = "OpenMP waits" }.Start();
    }

    private static void Watch()
    {
        using ManualResetEventSlim calm = new();
        int calmLooks = 0;
        for ((double? Waited, double? Others) before = (Waited(), Others()), now; ; before = now)
        {
            Thread.Sleep(s_interval);
            now = (Waited(), Others());
            // What the kernel does not tell is taken as if others wanted the processors.
            bool crowded = !(now.Waited - before.Waited <= WaitingShare * s_interval.TotalSeconds)
                && !(now.Others - before.Others <= OthersShare * s_interval.TotalSeconds);
            calmLooks = crowded ? 0 : calmLooks + 1;
            if (crowded && s_idle is null)
            {
                calm.Reset();
                s_idle = new Thread(
                    () =>
                    {
                        tracefast_start_idle_threads();
                        calm.Wait();
                    },
                    StackBytes) { IsBackground = true, Name = "OpenMP idle" };
                s_idle.Start();
            }
            else if (s_idle is not null && calmLooks == CalmLooks)
            {
                calm.Set();
                s_idle.Join(); // its OpenMP threads end with it
                s_idle = null;
            }
        }
    }

    /// <summary>Seconds for which threads of this process were ready to run and had no processor.</summary>
    private static double? Waited()
    {
        double? seconds = null;
        try
        {
            foreach (string task in Directory.EnumerateDirectories("/proc/self/task"))
            {
                string file = Path.Combine(task, "schedstat"); // nanoseconds run, nanoseconds waited, turns
                if (File.Exists(file)) // else the thread has ended
                    seconds = seconds.GetValueOrDefault()
                        + long.Parse(File.ReadAllText(file).Split(' ')[1], CultureInfo.InvariantCulture) * 1e-9;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A thread ended in between, or the process has no file handle left: what was read counts.
        }
        return seconds;
    }

    /// <summary>Seconds of processor time that other programs had since the machine was started.</summary>
    private static double? Others()
    {
        const double TicksPerSecond = 100; // USER_HZ, part of Linux's interface
        try
        {
            // cpu user nice system idle iowait irq softirq ...
            long[] ticks = [
                .. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..8].Select(
                    t => long.Parse(t, CultureInfo.InvariantCulture))];
            return (ticks.Sum() - ticks[3] - ticks[4]) / TicksPerSecond - Environment.CpuUsage.TotalTime.TotalSeconds;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [DllImport("tracefast_kernels")] private static extern void tracefast_start_idle_threads();
}
