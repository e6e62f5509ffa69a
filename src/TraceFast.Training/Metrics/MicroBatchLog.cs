using System.Text.Json;

namespace TraceFast.Training.Metrics;

/// <summary>
/// One micro-batch of an optimizer step; one line of <c>records.jsonl</c>. Every list has one number for each record.
/// </summary>
/// <param name="Step">0-based optimizer step.</param>
/// <param name="Micro">0-based micro-batch in the step.</param>
/// <param name="Records">0-based numbers of its records in the data set.</param>
/// <param name="Policy">Summed log-probabilities in nats by role.</param>
/// <param name="Reference">The same under the reference; null where the objective needs none.</param>
/// <param name="Loss">Mean loss of its records (for the supervised objective per token: of its labels).</param>
public sealed record MicroBatchLog(
    int Step,
    int Micro,
    IReadOnlyList<int> Records,
    IReadOnlyDictionary<string, double[]> Policy,
    IReadOnlyDictionary<string, double[]>? Reference,
    double Loss)
{
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("step", Step);
        json.WriteNumber("micro", Micro);
        json.WriteStartArray("records");
        foreach (int record in Records)
            json.WriteNumberValue(record);
        json.WriteEndArray();
        WriteRoles(json, "policy", Policy);
        WriteRoles(json, "reference", Reference);
        json.WriteNumber("loss", Loss);
    }

    private static void WriteRoles(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, double[]>? roles)
    {
        if (roles is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        foreach ((string role, double[] values) in roles)
        {
            json.WriteStartArray(role);
            foreach (double value in values)
                json.WriteNumberValue(value);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
