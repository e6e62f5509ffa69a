using Microsoft.Win32.SafeHandles;

namespace TraceFast.Data.Files;

/// <summary>
/// Folders that appear whole or not at all, whenever the process or the machine stops: written aside, every file and folder
/// forced to the disk, renamed, the parent forced to the disk. Deleting renames first, so that half a folder never looks whole.
/// </summary>
/// <param name="beforeStep">Called before every step on the file system with its description; tests stop the run there.</param>
public sealed class AtomicFolder(Action<string>? beforeStep = null)
{
    /// <summary>
    /// Writes <paramref name="folder"/> again; one that is there is replaced. A symbolic link stays, and what it leads to is replaced.
    /// </summary>
    /// <param name="folder">Where it will be.</param>
    /// <param name="fill">Writes the files into the folder whose path it gets; where it fails, nothing is left.</param>
    public void Write(string folder, Action<string> fill)
    {
        string full = TemporaryPath.ResolveTarget(folder), aside = TemporaryPath.PathFor(full);
        TemporaryPath.RemoveOrphansOf(full);
        Directory.CreateDirectory(Parent(full));
        if (Directory.Exists(aside))
            Remove(aside);
        Step($"create {aside}");
        Directory.CreateDirectory(aside);
        using SafeFileHandle held = LinuxCalls.OpenThere(aside);
        _ = LinuxCalls.TryLock(held); // where the file system knows no locks, nobody takes it for left over either
        Step($"fill {aside}");
        try
        {
            fill(aside);
            SyncTree(aside);
        }
        catch
        {
            Directory.Delete(aside, recursive: true);
            throw;
        }

        string? old = Directory.Exists(full) ? MoveAway(full) : null;
        Step($"rename {aside}");
        Directory.Move(aside, full);
        SyncFolder(Parent(full));
        if (old is not null)
            Remove(old);
    }

    /// <summary>Deletes a folder; it is gone under its name before the first of its files is.</summary>
    public void Delete(string folder)
    {
        string old = MoveAway(folder);
        SyncFolder(Parent(folder));
        Remove(old);
    }

    /// <summary>Forces a folder's entries to the disk, so that a rename in it lasts.</summary>
    /// <exception cref="IOException">They cannot be.</exception>
    public void SyncFolder(string folder) => Sync(folder);

    private void SyncTree(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder))
            Sync(file);
        foreach (string inner in Directory.EnumerateDirectories(folder))
            SyncTree(inner);
        SyncFolder(folder);
    }

    private void Sync(string path)
    {
        Step($"sync {path}");
        if (!LinuxCalls.TryForceToDisk(path, out string failure))
            throw new IOException($"{path}: cannot be forced to the disk: {failure}");
    }

    private string MoveAway(string folder)
    {
        string away = folder + ".deleted", old = TemporaryPath.PathFor(away);
        TemporaryPath.RemoveOrphansOf(away);
        if (Directory.Exists(old))
            Remove(old);
        Step($"rename {folder}");
        Directory.Move(folder, old);
        return old;
    }

    private void Remove(string folder)
    {
        Step($"delete {folder}");
        Directory.Delete(folder, recursive: true);
    }

    private void Step(string what) => beforeStep?.Invoke(what);

    private static string Parent(string folder) => Path.GetDirectoryName(Path.GetFullPath(folder))!;
}
