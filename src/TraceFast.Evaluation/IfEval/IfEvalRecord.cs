using System.Text.Json;

namespace TraceFast.Evaluation.IfEval;

/// <summary>One response with a strict and a loose flag for each of its instructions.</summary>
public sealed record IfEvalRecord : RecordResult
{
    public required IReadOnlyList<bool> Strict { get; init; }

    public required IReadOnlyList<bool> Loose { get; init; }

    /// <summary><c>"strict": [...], "loose": [...]</c>.</summary>
    public override void WriteTo(Utf8JsonWriter json)
    {
        Write(json, "strict", Strict);
        Write(json, "loose", Loose);
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<bool> flags)
    {
        json.WriteStartArray(name);
        foreach (bool flag in flags)
            json.WriteBooleanValue(flag);
        json.WriteEndArray();
    }
}
