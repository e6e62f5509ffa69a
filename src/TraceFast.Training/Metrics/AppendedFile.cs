using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace TraceFast.Training.Metrics;

/// <summary>
/// A file that a run only appends to, and that a resumed run first cuts back to its checkpoint.
/// An append is one write, so a reader soon sees whole lines; <see cref="Sync"/> forces it to the disk.
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

/// <summary>A JSON Lines file: one object for each <see cref="Append"/>, in one write.</summary>
internal sealed class JsonLinesFile(AppendedFile file) : IDisposable
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly ArrayBufferWriter<byte> _line = new();

    public AppendedFile File { get; } = file;

    /// <summary>Writes the members of one object as one line.</summary>
    public void Append(Action<Utf8JsonWriter> members)
    {
        _line.ResetWrittenCount();
        using (Utf8JsonWriter json = new(_line, s_options))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        _line.Write("\n"u8);
        File.Append(_line.WrittenSpan);
    }

    public void Dispose() => File.Dispose();
}

/// <summary>A metrics or event file in the output folder does not fit the checkpoint that a run resumes from.</summary>
public sealed class MetricsFileException(string message) : InputException(message)
{
    internal static MetricsFileException TooShort(string path, long found, long expected) => new(
        $"{path}: {found} bytes, but the checkpoint was taken when it held {expected}: steps before the checkpoint are missing. "
        + "Restore the file, resume from an older checkpoint (resume_from_checkpoint: its folder), or train into another output_dir.");
}
