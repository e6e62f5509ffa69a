using System.Globalization;
using System.Runtime.InteropServices;

namespace TraceFast.Kernels.Libtorch;

/// <summary>
/// How OpenMP's threads wait for each other: GNU's spin for milliseconds, which is fastest while the processors are theirs alone, and ruinous
/// once another program wants one: a thread that spins keeps it from the thread that it waits for. libgomp itself waits shortly (100 turns)
/// while it manages more threads than there are processors. So, while this process is seen waiting for processors, it is given idle ones.
/// </summary>
internal static class WaitPolicy
{
    private const double CrowdedShare = 0.1, CalmShare = 0.03; // of the time between two looks, summed over threads
    private const int CalmLooks = 10;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether waiting threads sleep now, since others want the processors.</summary>
    public static bool GivesWay { get; private set; }

    /// <summary>Begins to watch, unless the user's environment says how threads wait (OMP_WAIT_POLICY, GOMP_SPINCOUNT).</summary>
    public static void Start()
    {
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null && Environment.GetEnvironmentVariable("GOMP_SPINCOUNT") is null)
            new Thread(Watch, 1 << 18) { IsBackground = true, Name = "OpenMP waits" }.Start();
    }

    private static void Watch()
    {
        using ManualResetEventSlim calm = new();
        Thread? idle = null;
        int calmLooks = 0;
        for (long? before = Waited(), now; ; before = now)
        {
            Thread.Sleep(Interval);
            now = Waited();
            double share = now is null ? 1 : (now.Value - before.GetValueOrDefault()) / Interval.TotalNanoseconds; // not told: taken as crowded
            calmLooks = share < CalmShare ? calmLooks + 1 : 0;
            if (idle is null && share > CrowdedShare)
            {
                calm.Reset();
                idle = new Thread(() =>
                {
                    tracefast_start_idle_threads(torch.get_num_threads());
                    calm.Wait();
                }, 1 << 18) { IsBackground = true, Name = "OpenMP idle" };
                idle.Start();
                GivesWay = true;
            }
            else if (idle is not null && calmLooks == CalmLooks)
            {
                calm.Set();
                idle.Join(); // its threads end with it
                idle = null;
                GivesWay = false;
            }
        }
    }

    // Nanoseconds for which threads of this process were ready to run and had no processor; null where the kernel does not say.
    private static long? Waited()
    {
        long? total = null;
        try
        {
            foreach (string task in Directory.EnumerateDirectories("/proc/self/task"))
            {
                string file = Path.Combine(task, "schedstat");
                if (File.Exists(file)) // else the thread has ended
                    total = total.GetValueOrDefault() + long.Parse(File.ReadAllText(file).Split(' ')[1], CultureInfo.InvariantCulture); // ran, waited, turns
            }
        }
        catch (IOException)
        {
            // It ended in between, or the process has no file handle left: what was read counts.
        }
        return total;
    }

    [DllImport("tracefast_kernels")] private static extern void tracefast_start_idle_threads(int threads);
}
