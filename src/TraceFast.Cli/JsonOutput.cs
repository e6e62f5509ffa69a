using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TraceFast.Cli;

/// <summary>Writes results a JSON value a line, in a stable order of keys, text unescaped where JSON allows.</summary>
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
