using System.Text.Json;

namespace TraceFast.Evaluation;

/// <summary>A line that could not be scored; it stands in the records so that their order is the file's.</summary>
public sealed record UnscoredRecord : RecordResult
{
    /// <summary>With file and line.</summary>
    public required string Error { get; init; }

    public override void WriteTo(Utf8JsonWriter json)
    {
        json.WriteNull("strict");
        json.WriteNull("loose");
        json.WriteString("error", Error);
    }
}
