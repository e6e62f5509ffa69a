using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TraceFast.Cli;

/// <summary>Writes results as one JSON value a line, keys in a fixed order, text unescaped where JSON allows.</summary>
internal sealed class JsonOutput(TextWriter output)
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>Writes one object; <paramref name="fields"/> writes its properties.</summary>
    public void Line(Action<Utf8JsonWriter> fields)
    {
        _buffer.ResetWrittenCount();
        using (Utf8JsonWriter json = new(_buffer, s_options))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }
        output.Write(Encoding.UTF8.GetString(_buffer.WrittenSpan));
        output.Write('\n');
    }
}

/// <summary>
/// Writes a text into a file, whole or not at all, and creates its folder. <see cref="OutputCheck"/> decides before whether the file may
/// be written.
/// </summary>
internal static class OutputFile
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static void Write(string path, string text) => Write(path, writer => writer.Write(text));

    public static void Write(string path, Action<TextWriter> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        AtomicFile.Write(path, stream =>
        {
            using StreamWriter writer = new(stream, s_utf8, leaveOpen: true) { NewLine = "\n" };
            write(writer);
        });
    }
}
