using System.Globalization;

namespace TraceFast.Models.Tests;

/// <summary>This process's resident memory, from /proc, in bytes.</summary>
internal static class ProcessMemory
{
    /// <summary>The most that was ever resident.</summary>
    public static long Peak() => Field("VmHWM:");

    /// <summary>Resident memory that is no file's.</summary>
    public static long Anonymous() => Field("RssAnon:");

    private static long Field(string name)
    {
        string line = File.ReadLines("/proc/self/status").Single(l => l.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }
}
