using Microsoft.Win32.SafeHandles;

namespace TraceFast.Training.Metrics;

/// <summary>
/// A file that a run only ever appends to, and that a resumed run first cuts back to where its checkpoint was taken.
/// An append is one write, so that a reader never waits long for a whole line; <see cref="Sync"/> forces it to the disk.
/// </summary>
internal sealed class AppendedFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    private AppendedFile(string path, SafeFileHandle handle, long length)
    {
        Path = path;
        _handle = handle;
        Length = length;
    }

    public string Path { get; }

    /// <summary>Bytes written so far; the checkpoint stores it.</summary>
    public long Length { get; private set; }

    /// <summary>Opens the file with its first <paramref name="keep"/> bytes and drops the rest; 0 starts it empty.</summary>
    /// <exception cref="MetricsFileException">The file is shorter than <paramref name="keep"/>: steps before the checkpoint are
    /// missing.</exception>
    public static AppendedFile Open(string path, long keep)
    {
        SafeFileHandle handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        long found = RandomAccess.GetLength(handle);
        if (found < keep)
        {
            handle.Dispose();
            throw MetricsFileException.TooShort(path, found, keep);
        }

        RandomAccess.SetLength(handle, keep);
        return new AppendedFile(path, handle, keep);
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(_handle, bytes, Length);
        Length += bytes.Length;
    }

    /// <summary>Returns when the bytes are on the disk.</summary>
    public void Sync() => RandomAccess.FlushToDisk(_handle);

    public void Dispose() => _handle.Dispose();
}
