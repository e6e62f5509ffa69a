namespace TraceFast.Data.Files;

/// <summary>
/// Writes a file so that at any instant its path holds the old content or the new, never a part: aside, synced, renamed. A symbolic link
/// stays, and what it leads to is replaced.
/// </summary>
public static class AtomicFile
{
    public static void Write(string path, Action<Stream> write)
    {
        string full = TemporaryPath.ResolveTarget(path);
        TemporaryPath.RemoveOrphansOf(full);
        string aside = TemporaryPath.PathFor(full);
        try
        {
            // FileShare.None locks it; it is renamed before that ends, or another process might take it for left over.
            using FileStream stream = new(aside, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
            write(stream);
            stream.Flush(flushToDisk: true);
            File.Move(aside, full, overwrite: true);
        }
        catch
        {
            File.Delete(aside);
            throw;
        }

        // Makes the rename last; where a file system cannot do so, the file is whole all the same.
        _ = LinuxCalls.TryForceToDisk(Path.GetDirectoryName(full)!, out _);
    }

    /// <summary>Writes what another file holds.</summary>
    public static void Copy(string from, string to) => Write(to, target =>
    {
        using FileStream source = File.OpenRead(from);
        source.CopyTo(target);
    });

    public static void Write(string path, ReadOnlyMemory<byte> content) => Write(path, stream => stream.Write(content.Span));
}
