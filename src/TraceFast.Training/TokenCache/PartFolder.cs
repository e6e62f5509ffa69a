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
        if (SmallFile.TryRead(WholeFile)?.Split(' ') is not [string parts, string outcomes]
            || !int.TryParse(parts, CultureInfo.InvariantCulture, out int count))
            return null;
        List<TokenPart> opened = [];
        for (int part = 0; part < count; part++)
        {
            if (TryOpen(part) is not { } found)
                return null;
            opened.Add(found);
        }
        return opened.Sum(p => (long)p.Facts.Outcomes) == long.Parse(outcomes, CultureInfo.InvariantCulture) ? opened : null;
    }

    /// <summary>Says that these are all; removes the locks that killed processes have left.</summary>
    /// <exception cref="TokenCacheException">It cannot be written.</exception>
    public void Complete(SourceTokens tokens) => Tried(() =>
    {
        for (int part = 0; part < tokens.PartCount; part++)
            if (File.Exists(FileOf(part) + RunLock.FileName))
                RunLock.TryOfFile(FileOf(part))?.Dispose();
        // Another process that has it writes the same.
        using RunLock? held = RunLock.TryOfFile(WholeFile);
        if (held is not null)
            AtomicFile.Write(
                WholeFile, System.Text.Encoding.ASCII.GetBytes($"{tokens.PartCount} {tokens.Report.RecordsRead}\n"));
    });

    /// <summary>Null: it is not there, or is damaged, so that it has to be made again.</summary>
    /// <param name="says">Whether a line says that it is damaged.</param>
    /// <exception cref="TokenCacheException">It is there and cannot be read.</exception>
    public TokenPart? TryOpen(int part, bool says = false)
    {
        string file = FileOf(part);
        try
        {
            return File.Exists(file) ? TokenPart.Open(new PartBytes(file, files)) : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (DamagedTokensException e)
        {
            if (says)
                line(e.Message);
            files.Forget(file);
            return null;
        }
    }

    /// <summary>Removes it where nothing is in it.</summary>
    public void RemoveIfEmpty()
    {
        if (Directory.Exists(path) && !Directory.EnumerateFileSystemEntries(path).Any())
            Tried(() => Directory.Delete(path));
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
        TokenPart? found = null;
        Tried(() =>
        {
            using RunLock held = RunLock.WaitForFile(FileOf(part), line, cancellation);
            found = TryOpen(part);
        });
        return found;
    }

    /// <exception cref="TokenCacheException">It cannot be written, or cannot be read again.</exception>
    public TokenPart Write(int part, Action<Stream> write)
    {
        Tried(() => AtomicFile.Write(FileOf(part), write));
        files.Forget(FileOf(part));
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
                + "memory)", e);
        }
    }
}

/// <summary>A file of a line that can be made again.</summary>
internal static class SmallFile
{
    /// <summary>Its text; null: it is not there, or cannot be read just now.</summary>
    public static string? TryRead(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
