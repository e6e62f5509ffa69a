using System.Diagnostics;
using System.Runtime.InteropServices;

namespace TraceFast.Benchmarks.Rows;

/// <summary>A moment by the two clocks, both in nanoseconds.</summary>
/// <param name="Cpu">CLOCK_PROCESS_CPUTIME_ID: the time that all threads of this process have run.</param>
/// <param name="Wall">CLOCK_MONOTONIC, which is what .NET's stopwatch reads.</param>
internal readonly partial record struct ProcessClock(long Cpu, long Wall)
{
    private const int ProcessCpuTime = 2;
    private const long NanosecondsPerSecond = 1_000_000_000;

    public static ProcessClock Now => new(CpuNow, WallNow);

    public static long WallNow => (long)(Stopwatch.GetTimestamp() * ((double)NanosecondsPerSecond / Stopwatch.Frequency));

    /// <summary>To the nanosecond, where getrusage counts in microseconds.</summary>
    public static long CpuNow => clock_gettime(ProcessCpuTime, out TimeSpec time) == 0
        ? (time.Seconds * NanosecondsPerSecond) + time.Nanoseconds
        : throw new PlatformNotSupportedException(
            $"clock_gettime(CLOCK_PROCESS_CPUTIME_ID): {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [LibraryImport("libc", SetLastError = true)]
    private static partial int clock_gettime(int clock, out TimeSpec time);

    /// <summary>struct timespec of 64-bit Linux.</summary>
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
