using System.Globalization;

namespace TraceFast.Training.Metrics;

/// <summary>Memory that this process has used.</summary>
public static class ProcessMemory
{
    /// <summary>The largest resident set so far in MiB (VmHWM of /proc/self/status); not a number where the system does not tell.</summary>
    public static double PeakMiB()
    {
        const string Status = "/proc/self/status";
        const string Key = "VmHWM:";
        if (!File.Exists(Status))
            return double.NaN;
        string? line = File.ReadLines(Status).FirstOrDefault(l => l.StartsWith(Key, StringComparison.Ordinal));
        return line is not null
            && long.TryParse(
                line.AsSpan(Key.Length).Trim().TrimEnd("kB").Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long kib)
            ? kib / 1024.0
            : double.NaN;
    }
}
