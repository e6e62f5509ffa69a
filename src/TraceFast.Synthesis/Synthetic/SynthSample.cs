using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using TraceFast.Constraints;

namespace TraceFast.Synthesis.Synthetic;

/// <summary>One instruction with an answer, for supervised training: {"prompt", "response", "language", "topic", "constraints", "broken", "source", "seed", "index"}.</summary>
/// <param name="Prompt">The instruction.</param>
/// <param name="Response">Obeys the constraints, but for those that are broken.</param>
/// <param name="Constraints">In the order in which the prompt states them.</param>
/// <param name="Broken">Numbers of the constraints that the response was made to break.</param>
public sealed record SynthSample(string Prompt, string Response, IReadOnlyList<StatedConstraint> Constraints, IReadOnlyList<int> Broken)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public Language Language { get; init; }

    public string Topic { get; init; } = "";

    public ulong Seed { get; init; }

    public long Index { get; init; }

    /// <summary>Appends the line in UTF-8, without its line end.</summary>
    public void Write(IBufferWriter<byte> buffer)
    {
        using Utf8JsonWriter json = new(buffer, Options);
        json.WriteStartObject();
        json.WriteString("prompt", Prompt);
        json.WriteString("response", Response);
        json.WriteString("language", Languages.CodeOf(Language));
        json.WriteString("topic", Topic);
        json.WriteStartArray("constraints");
        foreach (StatedConstraint constraint in Constraints)
            ConstraintJson.Write(json, constraint);
        json.WriteEndArray();
        if (Broken.Count > 0)
        {
            json.WriteStartArray("broken");
            foreach (int number in Broken)
                json.WriteNumberValue(number);
            json.WriteEndArray();
        }

        json.WriteString("source", SynthMaker.Name);
        json.WriteNumber("seed", Seed);
        json.WriteNumber("index", Index);
        json.WriteEndObject();
    }
}
