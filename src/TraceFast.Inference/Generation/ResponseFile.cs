using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using TraceFast.Data.Files;
using TraceFast.Inference.Decoding;

namespace TraceFast.Inference.Generation;

/// <summary>
/// The output of a run, one JSON object a line: "id", "text", "ids", "finish_reason". Each row goes to the system when it is complete, so a
/// run that is killed leaves whole rows and at most one incomplete last line, which is cut off when the run is resumed.
/// </summary>
public sealed class ResponseFile : IDisposable
{
    private static readonly JsonWriterOptions s_written = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly FileStream _stream;
    private readonly ArrayBufferWriter<byte> _row = new();
    private readonly HashSet<string> _done;

    private ResponseFile(FileStream stream, HashSet<string> done) => (_stream, _done) = (stream, done);

    /// <summary>Of the rows that are there, as they are written: JSON.</summary>
    internal IReadOnlyCollection<string> Ids => _done;

    /// <summary>
    /// Checks a run's output and the files next to it. Only the same run resumes it: see
    /// <see cref="RunRecord.RequireSame"/>.
    /// </summary>
    /// <exception cref="InputException">It is an input, or something else that is there already.</exception>
    public static void Check(OutputCheck outputs, string option, string path)
    {
        outputs.File(option, path, isOwn: RunRecord.IsBeside(path));
        outputs.File($"{option}, next to it", RunRecord.PathFor(path), isOwn: true);
    }

    /// <summary>Opens the file to resume it, or creates it.</summary>
    /// <exception cref="InputException">A row has another format, an id is there twice, or another process writes the file.</exception>
    public static ResponseFile Open(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using (FileStream whole = Writable(path))
            CutTruncatedLine(whole);
        HashSet<string> done = ReadIds(path);
        FileStream stream = Writable(path);
        stream.Seek(0, SeekOrigin.End);
        return new ResponseFile(stream, done);
    }

    /// <param name="hasText">False where there is no tokenizer: then the text is null.</param>
    public void Write(string id, DecodeResult result, bool hasText)
    {
        _row.ResetWrittenCount();
        using (Utf8JsonWriter json = new(_row, s_written))
        {
            json.WriteStartObject();
            json.WritePropertyName("id");
            json.WriteRawValue(id);
            if (hasText)
                json.WriteString("text", result.Text);
            else
                json.WriteNull("text");
            json.WriteStartArray("ids");
            foreach (int token in result.Ids)
                json.WriteNumberValue(token);
            json.WriteEndArray();
            json.WriteString("finish_reason", result.FinishReason == FinishReason.Stop ? "stop" : "length");
            json.WriteEndObject();
        }
        _row.Write("\n"u8);
        _stream.Write(_row.WrittenSpan);
        _stream.Flush();
        _done.Add(id);
    }

    /// <summary>Appends a row of another such file; one whose id is there already is left out.</summary>
    public void Write(string id, string row)
    {
        if (!_done.Add(id))
            return;
        _stream.Write(System.Text.Encoding.UTF8.GetBytes(row + "\n"));
        _stream.Flush();
    }

    public void Dispose() => _stream.Dispose();

    private static FileStream Writable(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 1);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be written ({e.Message}); does another run write it?", e);
        }
    }

    private static void CutTruncatedLine(FileStream stream)
    {
        byte[] block = new byte[1 << 16];
        for (long end = stream.Length; end > 0;)
        {
            int length = (int)Math.Min(block.Length, end);
            stream.Seek(end - length, SeekOrigin.Begin);
            stream.ReadExactly(block, 0, length);
            int newline = block.AsSpan(0, length).LastIndexOf((byte)'\n');
            if (newline >= 0)
            {
                stream.SetLength(end - length + newline + 1);
                return;
            }
            end -= length;
        }
        stream.SetLength(0);
    }

    private static HashSet<string> ReadIds(string path)
    {
        HashSet<string> ids = new(StringComparer.Ordinal);
        if (new FileInfo(path).Length == 0)
            return ids;
        foreach (JsonLine line in JsonLines.Read(path))
        {
            string id = line.IdentifierOrNull("id")
                ?? throw line.Error("has no 'id'; the file is not an output of generate; name another file or replace it with --overwrite");
            if (!ids.Add(id))
                throw line.Error($"'id' {id} is there twice; replace the file with --overwrite");
        }
        return ids;
    }
}
