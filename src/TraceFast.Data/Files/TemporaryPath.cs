using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace TraceFast.Data.Files;

/// <summary>
/// Names of what is written beside its place and renamed when it is whole: NAME.writing-PID. Who writes it holds the system's lock on it,
/// which ends with the process: what can be locked is left over. (A process number may come again, so it tells only together with the
/// lock.)
/// </summary>
public static class TemporaryPath
{
    private const string Mark = ".writing-";

    /// <summary>The name of this process for something that will be at <paramref name="path"/>.</summary>
    public static string PathFor(string path) => $"{Path.TrimEndingDirectorySeparator(path)}{Mark}{Environment.ProcessId}";

    /// <summary>
    /// The real place of what is written to <paramref name="path"/>: what a symbolic link leads to, else the path itself.
    /// </summary>
    /// <exception cref="IOException">Links that lead to themselves.</exception>
    internal static string ResolveTarget(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return new FileInfo(full).LinkTarget is null ? full : File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName;
    }

    /// <summary>Removes what processes that have ended left of <paramref name="path"/>.</summary>
    public static void RemoveOrphansOf(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        RemoveOrphans(Path.GetDirectoryName(full), Path.GetFileName(full) + Mark, alone: false);
    }

    /// <summary>Removes what processes that have ended left in a folder of this program's own, whatever it was to be.</summary>
    /// <param name="folder">The folder; it may be absent.</param>
    /// <param name="alone">Whether this process holds the folder's <see cref="RunLock"/>: then everything that can be locked is left
    /// over.</param>
    /// <returns>The names.</returns>
    public static IReadOnlyList<string> RemoveOrphansIn(string folder, bool alone) => RemoveOrphans(folder, "", alone);

    private static List<string> RemoveOrphans(string? folder, string beginning, bool alone)
    {
        List<string> removed = [];
        if (!Directory.Exists(folder))
            return removed;
        try
        {
            foreach (string path in Directory.GetFileSystemEntries(folder, $"{beginning}*"))
            {
                string name = Path.GetFileName(path);
                int mark = name.LastIndexOf(Mark, StringComparison.Ordinal);
                if (mark > 0 && name.StartsWith(beginning, StringComparison.Ordinal)
                    && Number(name.AsSpan(mark + Mark.Length)) is { } process && RemoveIfOrphaned(path, process, alone))
                    removed.Add(name);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody else removes them too, or may and this process may not: they are in nobody's way.
        }

        return removed;
    }

    private static int? Number(ReadOnlySpan<char> text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static bool RemoveIfOrphaned(string path, int process, bool alone)
    {
        using SafeFileHandle handle = LinuxCalls.OpenThere(path);
        if (LinuxCalls.TryLock(handle) != LockResult.Taken || (!alone && Wrote(process, path)))
            return false;
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        else
            File.Delete(path);
        return true;
    }

    /// <summary>
    /// Whether the process runs that wrote it: between making and locking a file there is an instant. One that began later only has the
    /// number of the one that wrote it.
    /// </summary>
    private static bool Wrote(int process, string path)
    {
        try
        {
            using Process found = Process.GetProcessById(process);
            return found.StartTime.ToUniversalTime() <= File.GetLastWriteTimeUtc(path);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return false;
        }
    }
}
