using TraceFast.Data.Files;

namespace TraceFast.Training.Checkpoints;

/// <summary>A complete checkpoint: its folder and its state.</summary>
public sealed record Checkpoint(string Folder, CheckpointState State);

/// <summary>The checkpoints of one run: <c>checkpoint-STEP</c> folders in its output folder.</summary>
internal sealed class CheckpointStore(string outputFolder, AtomicFolder folders, Action<string> log)
{
    private const string Prefix = "checkpoint-";

    /// <summary>Writes a checkpoint; its folder appears complete or not at all.</summary>
    /// <param name="state">Its state; the files' hashes are added here.</param>
    /// <param name="fill">Writes weights, optimizer states and configuration into the folder whose path it gets.</param>
    public Checkpoint Save(CheckpointState state, Action<string> fill)
    {
        string folder = FolderOf(state.Step);
        CheckpointState complete = state;
        folders.Write(folder, temporary =>
        {
            fill(temporary);
            complete = state with { Files = Hashes(temporary) };
            complete.Write(temporary);
        });
        return new Checkpoint(folder, complete);
    }

    /// <summary>
    /// The newest complete checkpoint, or null. Damaged ones are skipped and logged; unfinished ones of a stopped process are
    /// removed.
    /// </summary>
    public Checkpoint? Newest()
    {
        foreach (string left in TemporaryPath.RemoveOrphansIn(outputFolder, alone: true))
            log($"removed {left}: a process stopped while it was written or deleted");
        foreach (int step in Steps().OrderDescending())
        {
            try
            {
                return Open(FolderOf(step));
            }
            catch (CheckpointException e)
            {
                log($"ignoring {FolderOf(step)}: {e.Message}");
            }
        }

        return null;
    }

    /// <summary>Reads a checkpoint and checks every file against its hash.</summary>
    /// <exception cref="CheckpointException">It is damaged.</exception>
    public static Checkpoint Open(string folder)
    {
        CheckpointState state = CheckpointState.Read(folder);
        SortedDictionary<string, string> found = Hashes(folder);
        foreach ((string file, string hash) in state.Files)
            if (!found.TryGetValue(file, out string? actual))
                throw new CheckpointException($"{folder}: {file} is missing");
            else if (actual != hash)
                throw new CheckpointException(
                    $"{folder}: {file} was changed or truncated (SHA-256 {actual[..12]}…, expected {hash[..12]}…)");
        return new Checkpoint(folder, state);
    }

    /// <summary>Deletes the oldest checkpoints beyond <paramref name="limit"/>; never the newest, never the best.</summary>
    public void Prune(int limit, int? bestStep)
    {
        int[] steps = [.. Steps().OrderDescending()];
        HashSet<int> kept = [.. steps.Take(1), .. steps.Where(s => s == bestStep)];
        foreach (int step in steps)
            if (kept.Count < limit)
                kept.Add(step);
        foreach (int step in steps.Reverse().Where(s => !kept.Contains(s)))
            folders.Delete(FolderOf(step));
    }

    /// <summary>Deletes all checkpoints, for a run that starts over; the newest last.</summary>
    public void Clear()
    {
        TemporaryPath.RemoveOrphansIn(outputFolder, alone: true);
        foreach (int step in Steps().Order())
            folders.Delete(FolderOf(step));
    }

    public string FolderOf(int step) => Path.Combine(outputFolder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step}"));

    private IEnumerable<int> Steps() => !Directory.Exists(outputFolder)
        ? []
        : Directory.GetDirectories(outputFolder, Prefix + "*")
            .Select(f =>
                int.TryParse(Path.GetFileName(f).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int step)
                    ? step : -1)
            .Where(step => step >= 0);

    private static SortedDictionary<string, string> Hashes(string folder)
    {
        SortedDictionary<string, string> hashes = new(StringComparer.Ordinal);
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(folder, path).Replace('\\', '/');
            if (name == CheckpointState.FileName)
                continue;
            InputFile.RequireRegular(path);
            using FileStream file = File.OpenRead(path);
            hashes[name] = HashBuilder.HexOf(file);
        }

        return hashes;
    }
}
