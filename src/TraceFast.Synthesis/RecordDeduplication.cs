using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TraceFast.Data;

namespace TraceFast.Synthesis;

/// <summary>What a deduplication did.</summary>
/// <param name="Read">Records read.</param>
/// <param name="Written">Records kept.</param>
/// <param name="Exact">Left out because they say the same as an earlier record.</param>
/// <param name="Near">Left out because they say nearly the same.</param>
/// <param name="Examples">The first left out: "file:line repeats file:line".</param>
public sealed record DeduplicationReport(int Read, int Written, int Exact, int Near, IReadOnlyList<string> Examples);

/// <summary>
/// Leaves out records that repeat an earlier one, in whatever layout: all strings of a record together, up to white space and case, are
/// what is compared; keys that say where a record comes from (seed, index, origin, source) are not. Near duplicates are told by all its
/// words.
/// </summary>
public static class RecordDeduplication
{
    private const int MostExamples = 10;

    private static readonly HashSet<string> s_notContent = ["seed", "index", "origin", "source", "id"];

    /// <param name="files">Files of records, read in order.</param>
    /// <param name="target">Gets the records that are kept, one a line (Parquet where its name ends so); written aside and renamed when
    /// complete.</param>
    /// <param name="nearThreshold">Similarity from which records are near duplicates; null: only exact ones are looked for.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InputException">A record is no JSON object; where it is.</exception>
    public static DeduplicationReport Write(IReadOnlyList<string> files, string target, double? nearThreshold,
        CancellationToken cancellation)
    {
        Dictionary<UInt128, string> seen = [];
        NearDuplicates? near = nearThreshold is { } threshold ? new NearDuplicates(threshold) : null;
        List<string> examples = [];
        int read = 0, exact = 0, close = 0;
        RecordFile.Write(target, output =>
        {
            foreach (string file in files)
            {
                foreach (JsonLine line in JsonLines.Read(file))
                {
                    cancellation.ThrowIfCancellationRequested();
                    read++;
                    JsonElement record = line.Record;
                    string content = Content(record);
                    UInt128 hash = TextHash.Of(content);
                    string place = line.Origin.ToString();
                    if (!seen.TryAdd(hash, place))
                    {
                        exact++;
                        if (examples.Count < MostExamples)
                            examples.Add($"{place} repeats {seen[hash]}");
                        continue;
                    }

                    uint[]? signature = near is null ? null : MinHash.Of(content);
                    if (signature is not null && near!.Holds(signature))
                    {
                        close++;
                        if (examples.Count < MostExamples)
                            examples.Add($"{place} nearly repeats an earlier record");
                        continue;
                    }

                    if (signature is not null)
                        near!.Add(signature);
                    WriteLine(output, record);
                }
            }
        });

        return new(read, read - exact - close, exact, close, examples);
    }

    private static void WriteLine(Stream output, JsonElement record)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            record.WriteTo(json);
        output.Write(buffer.WrittenSpan);
        output.Write("\n"u8);
    }

    /// <summary>The strings of a record in the order of their keys, each on a line of its own.</summary>
    private static string Content(JsonElement record)
    {
        StringBuilder text = new();
        Collect(record, text);
        return text.ToString();
    }

    private static void Collect(JsonElement json, StringBuilder text)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in json.EnumerateObject().Where(p => !s_notContent.Contains(p.Name))
                    .OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    text.Append(property.Name).Append('\u001F');
                    Collect(property.Value, text);
                }

                break;
            case JsonValueKind.Array:
                foreach (JsonElement element in json.EnumerateArray())
                    Collect(element, text);
                break;
            case JsonValueKind.Null:
                break;
            default:
                text.Append(json.ValueKind == JsonValueKind.String ? json.GetString() : json.GetRawText()).Append('\u001E');
                break;
        }
    }
}
