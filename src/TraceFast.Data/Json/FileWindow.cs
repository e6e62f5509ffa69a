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

    private readonly string _path;
    private readonly Stream _stream;
    private byte[] _buffer;
    private int _start;
    private int _end;

    public FileWindow(Stream stream, string path)
    {
        _path = path;
        _stream = stream;
        long length = stream.CanSeek ? stream.Length : 0;
        _buffer = new byte[length is > 0 and < DefaultSize ? length + 1 : DefaultSize];
    }

    /// <summary>1-based line of the first unread byte.</summary>
    public int Line { get; private set; } = 1;

    /// <summary>No byte follows those in the window.</summary>
    public bool Ended { get; private set; }

    public ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Bytes from the first unread one on; valid until the next <see cref="Fill"/>.</summary>
    public ReadOnlyMemory<byte> Peek(int length) => _buffer.AsMemory(_start, length);

    public void Consume(int length)
    {
        int lines = _buffer.AsSpan(_start, length).Count((byte)'\n');
        Line = Line > int.MaxValue - lines ? int.MaxValue : Line + lines;
        _start += length;
    }

    /// <summary>Reads on; sets <see cref="Ended"/> when there is nothing more.</summary>
    /// <exception cref="InputException">The file cannot be read, or one record is longer than an array can be.</exception>
    public void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        if (_end == _buffer.Length)
            Grow();
        int read;
        try
        {
            read = _stream.Read(_buffer, _end, _buffer.Length - _end);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{_path}:{Line}: cannot be read on: {e.Message}", e);
        }
        _end += read;
        Ended = read == 0;
    }

    public void Dispose() => _stream.Dispose();

    private void Grow()
    {
        if (_buffer.Length == Array.MaxLength)
            throw new InputException($"{_path}:{Line}: this record is longer than {Array.MaxLength} bytes; split it");
        long wanted = Math.Min((long)(_stream.CanSeek ? FileGrowth : PipeGrowth) * _buffer.Length, Array.MaxLength);
        // One more byte than what is left, so that the end is seen without growing again.
        if (_stream.CanSeek)
            wanted = Math.Min(wanted, _buffer.Length + Math.Max(_stream.Length - _stream.Position, 0) + 1);
        Array.Resize(ref _buffer, (int)wanted);
    }

    /// <exception cref="InputException">There is no such file, or it cannot be opened.</exception>
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
            throw new InputException(
                $"{path}: there is no such file; check the path (relative ones start at {Directory.GetCurrentDirectory()})", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InputException($"{path}: cannot be opened: {e.Message}", e);
        }
    }
}
