using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TraceFast.Training.Metrics;

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
