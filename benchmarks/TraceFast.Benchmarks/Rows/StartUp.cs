using System.Globalization;
using TraceFast.Data;

namespace TraceFast.Benchmarks.Rows;

/// <summary>What a process took from its start to the entry of its command: the runtime, its own assemblies, the command line.</summary>
/// <param name="CpuMs">Of the process until now.</param>
/// <param name="WallMs">Null where its parent does not say when it started it.</param>
public sealed record StartUp(double CpuMs, double? WallMs)
{
    /// <summary>CLOCK_MONOTONIC in nanoseconds, read by the parent before it starts the process: /proc counts in hundredths of a second.</summary>
    public const string Variable = "TRACEFAST_STARTED_NS";

    private const double NanosecondsPerMillisecond = 1e6;

    /// <summary>To be called first thing by the command.</summary>
    /// <exception cref="InputException">The variable is no moment in the past.</exception>
    public static StartUp Read()
    {
        string? started = Environment.GetEnvironmentVariable(Variable);
        if (Burn.FromEnvironment().Percent(BenchRow.StartUp) is { } percent)
            Burn.Spin(0, percent);
        ProcessClock now = ProcessClock.Now;
        return new StartUp(now.Cpu / NanosecondsPerMillisecond, Since(started, now.Wall));
    }

    private static double? Since(string? started, long now) =>
        string.IsNullOrEmpty(started) ? null
        : long.TryParse(started, NumberStyles.None, CultureInfo.InvariantCulture, out long at) && at <= now
        ? (now - at) / NanosecondsPerMillisecond
        : throw new InputException(
            $"{Variable}: found '{started}', expected nanoseconds of CLOCK_MONOTONIC, now {now}, read before this process was started; "
                + "unset it to measure without");
}
