using System.Text.Json;
using Apache.Arrow;
using ParquetSharp;
using ParquetSharp.Arrow;
using ParquetSharp.Schema;
using TraceFast.Data.Json;

namespace TraceFast.Data.Parquet;

/// <summary>
/// Writes lines of JSON as the rows of a Parquet file (zstd): once over all lines for the columns' types, once more for the rows. Memory:
/// one row group, 16 MiB of JSON.
/// </summary>
internal static class ParquetRecordWriter
{
    private const int GroupBytes = 16 << 20;

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = JsonRecordFile.MaxDepth };

    /// <param name="lines">A file with one object a line.</param>
    /// <param name="path">What errors call the file that is written.</param>
    /// <param name="output">Gets the file.</param>
    /// <exception cref="InputException">A line is no JSON object; the record's number.</exception>
    public static void Write(string lines, string path, Stream output)
    {
        ColumnShape shape = new();
        bool any = false;
        foreach ((JsonDocument record, _) in Records(lines, path))
            using (record)
            {
                shape.Add(record.RootElement);
                any = true;
            }
        List<Field> fields = shape.Fields();
        if (any && fields.Count == 0)
            throw new InputException(
                $"{path}: no record has a key with a value, so the Parquet file would have no column; nothing is written");
        try
        {
            if (any)
                WriteRows(lines, path, new Schema(fields, null), output);
            else
                WriteEmpty(output);
        }
        catch (Exception e) when (e is ParquetException || e.GetType() == typeof(Exception)) // as the packages hand on a full disk
        {
            throw new IOException(e.Message, e);
        }
    }

    /// <summary>No columns, no rows: Arrow's writer wants columns, Parquet does not.</summary>
    private static void WriteEmpty(Stream output)
    {
        using WriterPropertiesBuilder builder = new();
        using WriterProperties properties = builder.Build();
        using GroupNode root = new("schema", Repetition.Required, []);
        using ParquetFileWriter writer = new(output, root, properties, leaveOpen: true);
        writer.Close();
    }

    private static void WriteRows(string lines, string path, Schema schema, Stream output)
    {
        using WriterProperties properties = new WriterPropertiesBuilder().Compression(Compression.Zstd).Build();
        using FileWriter writer = new(output, schema, properties, leaveOpen: true);
        List<JsonDocument> group = [];
        long bytes = 0;
        foreach ((JsonDocument record, int length) in Records(lines, path))
        {
            group.Add(record);
            bytes += length;
            if (bytes < GroupBytes)
                continue;
            WriteGroup(writer, schema, group);
            bytes = 0;
        }
        WriteGroup(writer, schema, group);
        writer.Close();
    }

    private static void WriteGroup(FileWriter writer, Schema schema, List<JsonDocument> group)
    {
        if (group.Count == 0)
            return;
        JsonElement[] rows = [.. group.Select(d => d.RootElement)];
        IEnumerable<IArrowArray> columns = schema.FieldsList.Select(f => ArrowColumns.Build(f, ArrowColumns.Under(f.Name, rows)));
        using RecordBatch batch = new(schema, columns, rows.Length);
        writer.WriteRecordBatch(batch, rows.Length);
        group.ForEach(d => d.Dispose());
        group.Clear();
    }

    private static IEnumerable<(JsonDocument Record, int Bytes)> Records(string lines, string path)
    {
        foreach (RawRecord raw in JsonRecordFile.Read(lines))
            yield return (Parse(raw, path), raw.Bytes.Length);
    }

    private static JsonDocument Parse(RawRecord raw, string path)
    {
        SourceLocation origin = new(path, 0, raw.Number);
        if (raw.Error != null)
            throw new InputException($"{origin}: {raw.Error}");
        try
        {
            JsonDocument record = JsonDocument.Parse(raw.Bytes.ToArray(), s_strict);
            return record.RootElement.ValueKind == JsonValueKind.Object ? record
                : throw new InputException($"{origin}: a JSON object is expected, found {JsonErrors.NameOf(record.RootElement.ValueKind)}");
        }
        catch (JsonException e)
        {
            throw new InputException($"{origin}: {JsonRecordFile.Describe(e, raw.Bytes.Span)}", e);
        }
    }
}
