using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace TraceFast.Training.TokenCache;

/// <summary>A file of tokens cannot be used.</summary>
public class TokenCacheException : InputException
{
    public TokenCacheException(string message)
        : base(message)
    {
    }

    public TokenCacheException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>It is not what was written.</summary>
public sealed class DamagedTokensException(string message) : TokenCacheException(message);

/// <summary>The bytes of a part: in memory, or read from a file where they are wanted.</summary>
/// <remarks>
/// Files are read, not mapped: pages of a map count as this process's memory, and a disk that fails would end it with a signal. The
/// system's page cache, which all ranks of a machine share, is the same.
/// </remarks>
internal sealed class PartBytes
{
    private readonly ReadOnlyMemory<byte> _memory;
    private readonly string? _path;
    private readonly OpenFiles? _files;

    public PartBytes(ReadOnlyMemory<byte> memory) => (_memory, Length) = (memory, memory.Length);

    public PartBytes(string path, OpenFiles files) => (_path, _files, Length) = (path, files, new FileInfo(path).Length);

    public long Length { get; }

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="TokenCacheException">They cannot be read, or are not all there.</exception>
    public void Read(long offset, Span<byte> target)
    {
        if (offset < 0 || offset + target.Length > Length)
            throw Damaged("its index points outside of it");
        if (_path is null)
        {
            _memory.Span.Slice((int)offset, target.Length).CopyTo(target);
            return;
        }
        try
        {
            _files!.Read(_path, offset, target);
        }
        catch (Exception e) when (e is (IOException and not FileNotFoundException) or UnauthorizedAccessException)
        {
            throw new TokenCacheException($"{_path}: the file of tokens cannot be read: {e.Message}", e);
        }
    }

    public DamagedTokensException Damaged(string how) =>
        new($"{_path ?? "tokens in memory"}: the file of tokens is damaged: {how}; remove it and start again: it is made anew "
            + "from the data");
}

/// <summary>Files that are open for reading, at most so many; the one that was not read for the longest time is closed.</summary>
internal sealed class OpenFiles : IDisposable
{
    private const int Most = 64;
    private const int LockedErrno = 11; // EWOULDBLOCK

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, LinkedListNode<(string Path, SafeFileHandle Handle)>> _open = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Path, SafeFileHandle Handle)> _lastRead = [];
    private readonly Lock _lock = new();

    /// <exception cref="IOException">It cannot be read, or ends before the target is full.</exception>
    public void Read(string path, long offset, Span<byte> target)
    {
        lock (_lock)
        {
            SafeFileHandle handle = HandleOf(path);
            for (int read = 0; read < target.Length;)
            {
                int more = RandomAccess.Read(handle, target[read..], offset + read);
                if (more == 0)
                    throw new EndOfStreamException("it has become shorter");
                read += more;
            }
        }
    }

    /// <summary>Closes a file that is to be replaced.</summary>
    public void Forget(string path)
    {
        lock (_lock)
            if (_open.Remove(path, out LinkedListNode<(string Path, SafeFileHandle Handle)>? known))
            {
                known.Value.Handle.Dispose();
                _lastRead.Remove(known);
            }
    }

    public void Dispose()
    {
        foreach ((_, SafeFileHandle handle) in _lastRead)
            handle.Dispose();
        _lastRead.Clear();
        _open.Clear();
    }

    private SafeFileHandle HandleOf(string path)
    {
        if (_open.TryGetValue(path, out LinkedListNode<(string Path, SafeFileHandle Handle)>? known))
        {
            _lastRead.Remove(known);
            _lastRead.AddFirst(known);
            return known.Value.Handle;
        }
        if (_open.Count == Most)
            Forget(_lastRead.Last!.Value.Path);
        SafeFileHandle handle = Open(path);
        _open.Add(path, _lastRead.AddFirst((path, handle)));
        return handle;
    }

    /// <summary>
    /// Opens a file, for which .NET takes a shared lock whatever it is asked for; the one who wrote it may hold his for an instant after
    /// its name is there.
    /// </summary>
    private static SafeFileHandle Open(string path)
    {
        for (long start = Stopwatch.GetTimestamp(); ; Thread.Sleep(1))
            try
            {
                return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            }
            catch (IOException e) when (e.HResult == LockedErrno && Stopwatch.GetElapsedTime(start) < s_patience)
            {
            }
    }
}
