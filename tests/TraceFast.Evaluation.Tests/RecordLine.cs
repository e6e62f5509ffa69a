using System.Text;
using System.Text.Json;

namespace TraceFast.Evaluation.Tests;

/// <summary>A record's line, as <c>eval --per-record</c> writes it.</summary>
internal static class RecordLine
{
    public static string Of(RecordResult record)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            record.WriteTo(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
