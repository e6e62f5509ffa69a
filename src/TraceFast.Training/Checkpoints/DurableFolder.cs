using System.Runtime.InteropServices;

namespace TraceFast.Training.Checkpoints;

/// <summary>
/// Folders that appear whole or not at all, whenever the process or the machine stops: written aside, every file and folder
/// forced to the disk, renamed, the parent forced to the disk. Deleting renames first, so that half a folder never looks whole.
/// </summary>
/// <param name="beforeStep">Called before every step on the file system with its description; tests stop the run there.</param>
internal sealed partial class DurableFolder(Action<string>? beforeStep = null)
{
    private const string AsidePrefix = ".partial-";

    /// <summary>Writes <paramref name="folder"/> anew; one that stands there is replaced.</summary>
    /// <param name="folder">Where it shall stand.</param>
    /// <param name="fill">Writes the files into the folder whose path it gets.</param>
    public void Write(string folder, Action<string> fill)
    {
        string aside = Aside(folder);
        RemoveNow(aside);
        Step($"create {aside}");
        Directory.CreateDirectory(aside);
        Step($"fill {aside}");
        fill(aside);
        SyncTree(aside);
        if (Directory.Exists(folder))
            Delete(folder);
        Step($"rename {aside}");
        Directory.Move(aside, folder);
        SyncFolder(Parent(folder));
    }

    /// <summary>Deletes a folder; it is gone under its name before the first of its files is.</summary>
    public void Delete(string folder)
    {
        string aside = Aside(folder) + "-deleted";
        RemoveNow(aside);
        Step($"rename {folder}");
        Directory.Move(folder, aside);
        SyncFolder(Parent(folder));
        RemoveNow(aside);
    }

    /// <summary>Removes what a stopped process left in <paramref name="parent"/>; returns the names.</summary>
    public IReadOnlyList<string> RemoveLeftOvers(string parent)
    {
        if (!Directory.Exists(parent))
            return [];
        string[] left = Directory.GetDirectories(parent, AsidePrefix + "*");
        foreach (string folder in left)
            RemoveNow(folder);
        return [.. left.Select(f => Path.GetFileName(f)!)];
    }

    /// <summary>Forces a file's bytes to the disk.</summary>
    public void SyncFile(string file)
    {
        Step($"sync {file}");
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Forces a folder's entries to the disk, so that a rename in it lasts.</summary>
    public void SyncFolder(string folder)
    {
        Step($"sync {folder}");
        if (OperatingSystem.IsWindows())
            return; // NTFS keeps renames in its journal, and has no such call.
        int descriptor = Open(folder, OpenReadOnly);
        if (descriptor < 0)
            throw new IOException($"{folder}: cannot be opened to force it to the disk (errno {Marshal.GetLastPInvokeError()})");
        int failed = Sync(descriptor);
        int error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (failed != 0)
            throw new IOException($"{folder}: cannot be forced to the disk (errno {error})");
    }

    private void SyncTree(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder))
            SyncFile(file);
        foreach (string inner in Directory.EnumerateDirectories(folder))
            SyncTree(inner);
        SyncFolder(folder);
    }

    private void RemoveNow(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        Step($"delete {folder}");
        Directory.Delete(folder, recursive: true);
    }

    private void Step(string what) => beforeStep?.Invoke(what);

    private static string Parent(string folder) => Path.GetDirectoryName(Path.GetFullPath(folder))!;

    private static string Aside(string folder) => Path.Combine(Parent(folder), AsidePrefix + Path.GetFileName(Path.GetFullPath(folder)));

    private const int OpenReadOnly = 0;

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
