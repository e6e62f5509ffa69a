namespace TraceFast.Data.Json;

/// <summary>
/// The part of a file that is being parsed. It slides forward as bytes are consumed, counts their lines, and grows only to
/// hold one record that is longer than it (never beyond what is left of the file).
/// </summary>
internal sealed class FileWindow : IDisposable
{
    private const int DefaultSize = 1 << 18;

    /// <summary>Few steps to a long record: all buffers together stay near twice what is left of the file.</summary>
    private const int FileGrowth = 8, PipeGrowth = 2;

    private readonly string path;
    private readonly Stream stream;
    private byte[] buffer;
    private int start;
    private int end;

    public FileWindow(Stream stream, string path)
    {
        this.path = path;
        this.stream = stream;
        long length = stream.CanSeek ? stream.Length : 0;
        buffer = new byte[length is > 0 and < DefaultSize ? length + 1 : DefaultSize];
    }

    /// <summary>1-based line of the first unread byte.</summary>
    public int Line { get; private set; } = 1;

    /// <summary>No byte follows those in the window.</summary>
    public bool Ended { get; private set; }

    public ReadOnlySpan<byte> Unread => buffer.AsSpan(start, end - start);

    /// <summary>Bytes from the first unread one on; valid until the next <see cref="Fill"/>.</summary>
    public ReadOnlyMemory<byte> Peek(int length) => buffer.AsMemory(start, length);

    public void Consume(int length)
    {
        int lines = buffer.AsSpan(start, length).Count((byte)'\n');
        Line = Line > int.MaxValue - lines ? int.MaxValue : Line + lines;
        start += length;
    }

    /// <summary>Reads on; sets <see cref="Ended"/> when there is nothing more.</summary>
    /// <exception cref="InputException">The file can not be read, or one record is longer than an array can be.</exception>
    public void Fill()
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
        }
        if (end == buffer.Length)
            Grow();
        int read;
        try
        {
            read = stream.Read(buffer, end, buffer.Length - end);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}:{Line}: can not be read on: {e.Message}", e);
        }
        end += read;
        Ended = read == 0;
    }

    public void Dispose() => stream.Dispose();

    private void Grow()
    {
        if (buffer.Length == Array.MaxLength)
            throw new InputException($"{path}:{Line}: this record is longer than {Array.MaxLength} bytes; split it");
        long wanted = Math.Min((long)(stream.CanSeek ? FileGrowth : PipeGrowth) * buffer.Length, Array.MaxLength);
        // One more byte than what is left, so that the end is seen without growing again.
        if (stream.CanSeek)
            wanted = Math.Min(wanted, buffer.Length + Math.Max(stream.Length - stream.Position, 0) + 1);
        Array.Resize(ref buffer, (int)wanted);
    }

    /// <exception cref="InputException">There is no such file, or it can not be opened.</exception>
    public static FileStream Open(string path)
    {
        if (Directory.Exists(path))
            throw new InputException($"{path}: is a folder; name the {RecordFile.Endings} file in it");
        InputFile.RequireReadable(path);
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{path}: there is no such file; check the path (relative ones start at {Directory.GetCurrentDirectory()})", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InputException($"{path}: can not be opened: {e.Message}", e);
        }
    }
}
