using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using ParquetSharp;
using ParquetSharp.Arrow;
using TraceFast.Data.Json;

namespace TraceFast.Data.Parquet;

/// <summary>
/// Reads a Parquet file as the JSON records that its rows are, so that every layout takes them as it takes lines. Memory: one batch of
/// rows, about 8 MiB of values, or the longest row. Columns that are null in a row are left out of its record.
/// </summary>
internal static class ParquetRecordFile
{
    private const long BatchBytes = 8 << 20;
    private const long MostRows = 4096;

    /// <summary>No list of the footer is longer (row groups, columns): it bounds what a damaged file can ask for.</summary>
    private const int MostFooterEntries = 100_000;

    /// <summary>A list takes three levels of a file's schema.</summary>
    private const int MostLevels = 3 * JsonRecordFile.MaxDepth;

    /// <summary>The native library goes down a schema by recursion; so much stack holds <see cref="MostFooterEntries"/> levels.</summary>
    private const int StackBytes = 64 << 20;

    private static readonly JsonWriterOptions s_compact =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <exception cref="InputException">It cannot be opened, is no Parquet file, is encrypted, or has a column without JSON
    /// values.</exception>
    public static IEnumerable<RawRecord> Read(string path)
    {
        InputFile.RequireRegular(path);
        FileWindow.Open(path).Dispose(); // says what is wrong with the path
        using ReaderProperties properties = Properties();
        using ArrowReaderProperties arrow = ArrowReaderProperties.GetDefault();
        if (Tried(path, () => Size(path, properties)) is not { } size)
            yield break;
        arrow.BatchSize = Math.Clamp(BatchBytes / Math.Max(1, size.Bytes / Math.Max(1, size.Rows)), 1, MostRows);
        arrow.PreBuffer = false;
        arrow.UseThreads = false;
        arrow.ArrowExtensionEnabled = true;
        using FileReader file = Tried(path, () => new FileReader(path, properties, arrow));
        Schema schema = Tried(path, () => file.Schema);
        foreach (Field field in schema.FieldsList)
            ArrowJson.Require(field, path);
        using IArrowArrayStream stream = Tried(path, () => file.GetRecordBatchReader());
        foreach (RawRecord record in Rows(stream, schema))
            yield return record;
    }

    /// <summary>Bytes of all values, by what the footer says.</summary>
    /// <exception cref="InputException">As <see cref="Read"/>.</exception>
    public static long UncompressedBytes(string path)
    {
        using ReaderProperties properties = Properties();
        return Tried(path, () => Size(path, properties))?.Bytes ?? 0;
    }

    private static ReaderProperties Properties()
    {
        ReaderProperties properties = ReaderProperties.GetDefaultReaderProperties();
        properties.SetThriftContainerSizeLimit(MostFooterEntries);
        properties.EnableBufferedStream();
        return properties;
    }

    private static IEnumerable<RawRecord> Rows(IArrowArrayStream stream, Schema schema)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter json = new(buffer, s_compact);
        int number = 0;
        while (true)
        {
            RecordBatch? batch = Next(stream, out string? fault);
            if (fault != null)
            {
                yield return new RawRecord(default, 0, number, fault, Fatal: true);
                yield break;
            }
            if (batch == null)
                yield break;
            using (batch)
                for (int row = 0; row < batch.Length; row++)
                {
                    buffer.ResetWrittenCount();
                    json.Reset();
                    string? error = WriteRow(json, schema, batch, row);
                    yield return new RawRecord(buffer.WrittenMemory, 0, number++, error);
                }
        }
    }

    private static string? WriteRow(Utf8JsonWriter json, Schema schema, RecordBatch batch, int row)
    {
        try
        {
            ArrowJson.WriteFields(json, schema.FieldsList, batch.Arrays, row);
            json.Flush();
            return null;
        }
        catch (RecordException e)
        {
            return e.Message;
        }
    }

    /// <summary>
    /// Rows and bytes of values, by what the footer says; null: the file has neither columns nor rows. A schema that is too deep is refused
    /// before it is walked on this thread's stack.
    /// </summary>
    private static (long Rows, long Bytes)? Size(string path, ReaderProperties properties)
    {
        long rows = 0, bytes = 0;
        bool empty = false;
        Exception? failure = null;
        Thread opener = new(
            () =>
            {
                try
                {
                    using ParquetFileReader file = new(path, properties);
                    using FileMetaData footer = file.FileMetaData;
                    SchemaDescriptor columns = footer.Schema;
                    empty = columns.NumColumns == 0;
                    if (empty && footer.NumRows > 0)
                        throw new InputException($"{path}: the Parquet file has {footer.NumRows} rows but no column");
                    for (int i = 0; i < columns.NumColumns; i++)
                        if (columns.Column(i).Path.ToDotVector() is { Length: > MostLevels } deep)
                            throw new InputException(
                                $"{path}: column '{deep[0]}' is nested over {deep.Length} levels; {MostLevels} are read");
                    for (int i = 0; i < footer.NumRowGroups; i++)
                    {
                        using RowGroupReader group = file.RowGroup(i);
                        rows += Math.Max(0, group.MetaData.NumRows);
                        bytes += Math.Max(0, group.MetaData.TotalByteSize);
                    }
                }
                catch (Exception e) // carried over to the thread that waits
                {
                    failure = e;
                }
            },
            StackBytes);
        opener.Start();
        opener.Join();
        if (failure != null)
            throw failure;
        return empty ? null : (rows, bytes);
    }

    /// <summary>The native reader's errors: the packages throw <see cref="Exception"/> itself where Arrow hands a failure on.</summary>
    private static T Tried<T>(string path, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Exception e) when (e is not InputException)
        {
            string what = e.Message.Contains("encrypt", StringComparison.OrdinalIgnoreCase)
                ? "the Parquet file is encrypted; write it without encryption" : "cannot be read as a Parquet file";
            throw new InputException($"{path}: {what}: {Reason(e)}", e);
        }
    }

    private static RecordBatch? Next(IArrowArrayStream stream, out string? fault)
    {
        fault = null;
        try
        {
            return stream.ReadNextRecordBatchAsync().AsTask().GetAwaiter().GetResult();
        }
        catch (Exception e)
        {
            fault = $"the Parquet file is damaged here: {Reason(e)}; the rest of the file cannot be read";
            return null;
        }
    }

    /// <summary>Arrow's words without the C++ type around them.</summary>
    private static string Reason(Exception e)
    {
        const string Opening = "(message: '";
        int from = e.Message.IndexOf(Opening, StringComparison.Ordinal);
        string text = from < 0 ? e.Message : e.Message[(from + Opening.Length)..].TrimEnd(')', '\'', '\n');
        return text.Split('\n')[0].TrimEnd('.', ' ');
    }
}
