using System.Runtime.InteropServices;

namespace TraceFast.Benchmarks.Rows;

/// <summary>
/// Has malloc keep what is freed. By default glibc gives large blocks back to the system at once, and an iteration then waits for fresh
/// pages: the system's work, whose time varies more than the program's own (beside other programs, optimizer steps took 68 to 165 ms of CPU
/// time with malloc as it is, 41 to 89 with this). How much memory an iteration takes is counted apart.
/// </summary>
internal static partial class KeptMemory
{
    // malloc.h
    private const int TrimThreshold = -1, MmapMax = -4;

    /// <summary>For the rest of the process. Elsewhere than with glibc nothing changes.</summary>
    public static void Enable()
    {
        _ = mallopt(MmapMax, 0);
        _ = mallopt(TrimThreshold, int.MaxValue);
    }

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);
}
