using TraceFast.Data.Files;

namespace TraceFast.Training.TokenCache;

/// <summary>The files of a data set's parts: 0.part, 1.part, ..., and "parts", which says how many they are once all are there.</summary>
/// <param name="path">The folder.</param>
/// <param name="line">Gets a line for every part that is not valid, and for every other process that is waited for.</param>
internal sealed class PartFolder(string path, OpenFiles files, Action<string> line)
{
    private string WholeFile => System.IO.Path.Combine(path, "parts");

    public string Path => path;

    /// <exception cref="TokenCacheException">It cannot be made.</exception>
    public void Create() => Tried(() => Directory.CreateDirectory(path));

    /// <summary>All parts; null: they are not all there.</summary>
    public IReadOnlyList<TokenPart>? TryOpenAll()
    {
        if (!File.Exists(WholeFile) || !int.TryParse(File.ReadAllText(WholeFile), CultureInfo.InvariantCulture, out int count))
            return null;
        List<TokenPart> parts = [];
        for (int part = 0; part < count; part++)
        {
            if (TryOpen(part) is not { } opened)
                return null;
            parts.Add(opened);
        }
        return parts;
    }

    /// <summary>Says that these are all; removes the locks that killed processes have left.</summary>
    /// <exception cref="TokenCacheException">It cannot be written.</exception>
    public void Complete(int count) => Tried(() =>
    {
        for (int part = 0; part < count; part++)
            if (File.Exists(FileOf(part) + RunLock.FileName))
                RunLock.TryOfFile(FileOf(part))?.Dispose();
        // Another process that has it writes the same.
        using RunLock? held = RunLock.TryOfFile(WholeFile);
        if (held is not null)
            AtomicFile.Write(WholeFile, System.Text.Encoding.ASCII.GetBytes($"{count}\n"));
    });

    /// <summary>Null: it is not there, or was damaged, and is removed.</summary>
    public TokenPart? TryOpen(int part)
    {
        string file = FileOf(part);
        if (!File.Exists(file))
            return null;
        try
        {
            return TokenPart.Open(new PartBytes(file, files));
        }
        catch (TokenCacheException e)
        {
            line(e.Message);
            files.Forget(file);
            Tried(() => File.Delete(file));
            return null;
        }
    }

    /// <summary>The right to make a part; null: another process has it.</summary>
    /// <exception cref="TokenCacheException">The folder cannot be written.</exception>
    public RunLock? TryLock(int part)
    {
        RunLock? taken = null;
        Tried(() => taken = RunLock.TryOfFile(FileOf(part)));
        return taken;
    }

    /// <summary>Waits until no process makes the part. Null: its maker has ended without it.</summary>
    public TokenPart? WaitFor(int part, CancellationToken cancellation)
    {
        using (RunLock.WaitForFile(FileOf(part), line, cancellation))
            return TryOpen(part);
    }

    /// <exception cref="TokenCacheException">It cannot be written, or cannot be read again.</exception>
    public TokenPart Write(int part, Action<Stream> write)
    {
        Tried(() => AtomicFile.Write(FileOf(part), write));
        return TokenPart.Open(new PartBytes(FileOf(part), files));
    }

    private string FileOf(int part) => System.IO.Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"{part}.part"));

    private void Tried(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TokenCacheException(
                $"{path}: tokens cannot be stored: {e.Message}; make room, or name another folder by tokenized_path (none keeps them in "
                + "memory)");
        }
    }
}
